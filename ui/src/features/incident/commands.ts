import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError, asApiError } from '@/api/errors'
import type { Command, Event, Incident, IncidentView, State } from '@/api/types'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { type Details, give, leads } from './give'

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

/** Decisions that can be taken back. */
export const undoable: readonly Command[] = ['spam', 'not_ours', 'duplicate', 'claim']

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

/**
 * useCommands gives commands about an incident: shown at once, rolled back
 * when the server refuses, with undo where there is one. A conflict is kept
 * for the dialog.
 */
export function useCommands() {
  const t = useT()
  const client = useQueryClient()
  const [conflict, setConflict] = useState<Conflict>()
  const shown = useRef(true)
  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])
  const mutation = useMutation({
    mutationFn: ({ incident, command, details }: { incident: Incident; command: Command; details: Details }) =>
      give(client, incident, command, details),
    onSuccess: (after, { command }) => {
      client.invalidateQueries({ queryKey: ['incidents'] })
      const undo = undoable.includes(command) ? () => run(after, 'undo').catch(() => {}) : undefined
      toast(`№ ${after.number}: ${t.done[command]}`, undo)
    },
    onError: (err, { incident, command, details }) => {
      const e = asApiError(err)
      client.invalidateQueries({ queryKey: ['incident', incident.number] })
      client.invalidateQueries({ queryKey: ['incidents'] })
      const { current, changes } = e.problem
      // An undo of a toast may come when its page is long gone: a dialog would be seen by nobody.
      if (e.status === 409 && current && current.version !== incident.version && shown.current) {
        setConflict({ command, details, seen: incident, current, changes: changes ?? [] })
      } else if (!isFieldError(e)) toastError(e, t, leads(incident, command) !== undefined)
    },
  })
  const run = (incident: Incident, command: Command, details: Details = {}): Promise<IncidentView> =>
    mutation.mutateAsync({ incident, command, details })
  return { run, busy: mutation.isPending, conflict, resolve: () => setConflict(undefined) }
}

export type Commands = ReturnType<typeof useCommands>

/** Whether an error was told already, by the conflict's dialog or a toast: only errors of fields are the form's. */
export const isFieldError = (err: unknown): boolean =>
  err instanceof ApiError && err.status === 422 && (err.problem.errors?.length ?? 0) > 0
