import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '@/api/client'
import { ApiError, asApiError } from '@/api/errors'
import type { Audience, Command, Event, Incident, IncidentView, State } from '@/api/types'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'

/** What a person adds to a command; the version is added when it is sent. */
export interface Details {
  agency?: number
  preset?: string
  comment?: string
  reason?: string
  text?: string
  hash?: string
  permalink?: string
  until?: string
  proof?: string
  of?: number
  audience?: Audience
}

/** Where a command leads; what is missing is not known before the server says. */
export const leadsTo: Partial<Record<Command, State>> = {
  triage: 'triage',
  assign: 'assigned',
  accept: 'accepted',
  return: 'returned',
  draft: 'draft',
  review: 'review',
  rework: 'rework',
  approve: 'approved',
  publish: 'publishing',
  answer: 'answered',
  interim: 'interim',
  control: 'on_control',
  verify: 'verified',
  close: 'closed',
  reopen: 'reopened',
  spam: 'spam',
  not_ours: 'not_ours',
  duplicate: 'duplicate',
  claim: 'claim',
}

/** Commands that need nothing but the wish. */
export const immediate: readonly Command[] = [
  'triage',
  'accept',
  'review',
  'approve',
  'publish',
  'control',
  'close',
  'spam',
  'not_ours',
  'claim',
  'undo',
]

/** Decisions that a toast offers to take back. */
const undoable: readonly Command[] = ['spam', 'not_ours', 'duplicate', 'claim']

const first: Partial<Record<State, Command[]>> = {
  new: ['assign'],
  triage: ['assign'],
  returned: ['assign'],
  reopened: ['assign'],
  assigned: ['accept'],
  accepted: ['draft'],
  draft: ['review'],
  rework: ['draft'],
  review: ['approve'],
  approved: ['answer'],
  publishing: ['answer'],
  interim: ['control'],
  on_control: ['answer', 'draft'],
  answered: ['close'],
  verified: ['close'],
  spam: ['undo'],
  not_ours: ['undo'],
  duplicate: ['undo'],
  claim: ['undo'],
}

/** The command that a state waits for, if this person may give it. */
export function primaryOf(state: string, allowed: readonly string[]): Command | undefined {
  return first[state as State]?.find(c => allowed.includes(c))
}

export interface Conflict {
  command: Command
  details: Details
  seen: Incident
  current: Incident
  changes: Event[]
}

function send(number: number, command: Command, body: object): Promise<IncidentView> {
  return ask<IncidentView>('POST', `/api/v1/incidents/${number}/${command === 'comment' ? 'comments' : command}`, body)
}

interface Page {
  items: Incident[] | null
}

/** patch changes an incident wherever the page holds it, and gives what takes that back. */
function patch(client: QueryClient, number: number, change: Partial<Incident>): () => void {
  const keys = [['incident', number], ['incidents']]
  const before = keys.flatMap(queryKey => client.getQueriesData({ queryKey }))
  client.setQueryData<IncidentView>(['incident', number], v => v && { ...v, ...change })
  client.setQueriesData<{ pages: Page[]; pageParams: unknown[] }>(
    { queryKey: ['incidents'] },
    v =>
      v?.pages && {
        ...v,
        pages: v.pages.map(p => ({
          ...p,
          items: p.items?.map(i => (i.number === number ? { ...i, ...change } : i)) ?? null,
        })),
      },
  )
  return () => {
    for (const [key, value] of before) client.setQueryData(key, value)
  }
}

/**
 * useCommands gives commands about an incident: shown at once, rolled back
 * when the server refuses, with undo where there is one. A conflict is kept
 * for the dialog.
 */
export function useCommands() {
  const t = useT()
  const client = useQueryClient()
  const [conflict, setConflict] = useState<Conflict>()
  const mutation = useMutation({
    mutationFn: async ({ incident, command, details }: { incident: Incident; command: Command; details: Details }) => {
      const body = command === 'comment' ? details : { ...details, version: incident.version }
      await client.cancelQueries({ queryKey: ['incident', incident.number] })
      const to = leadsTo[command]
      const back = to ? patch(client, incident.number, { state: to }) : undefined
      try {
        return await send(incident.number, command, body)
      } catch (err) {
        back?.()
        throw err
      }
    },
    onSuccess: (after, { command }) => {
      client.setQueryData(['incident', after.number], after)
      patch(client, after.number, listed(after))
      client.invalidateQueries({ queryKey: ['incidents'] })
      const undo = undoable.includes(command) ? () => run(after, 'undo').catch(() => {}) : undefined
      toast(`№ ${after.number}: ${t.done[command]}`, undo)
    },
    onError: (err, { incident, command, details }) => {
      const e = asApiError(err)
      client.invalidateQueries({ queryKey: ['incident', incident.number] })
      client.invalidateQueries({ queryKey: ['incidents'] })
      const { current, changes } = e.problem
      if (e.status === 409 && current && current.version !== incident.version) {
        setConflict({ command, details, seen: incident, current, changes: changes ?? [] })
      } else if (!(e.status === 422 && e.problem.errors?.length)) toastError(e, t, leadsTo[command] !== undefined)
    },
  })
  const run = (incident: Incident, command: Command, details: Details = {}): Promise<IncidentView> =>
    mutation.mutateAsync({ incident, command, details })
  return { run, busy: mutation.isPending, conflict, resolve: () => setConflict(undefined) }
}

export type Commands = ReturnType<typeof useCommands>

/** What lists show of an incident. */
function listed(v: IncidentView): Incident {
  const { events: _events, audiences: _audiences, ...incident } = v as IncidentView & { $schema?: string }
  return incident
}

/** Whether an error was told already, by the conflict's dialog or a toast: only errors of fields are the form's. */
export const isFieldError = (err: unknown): boolean =>
  err instanceof ApiError && err.status === 422 && (err.problem.errors?.length ?? 0) > 0
