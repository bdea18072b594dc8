import type { QueryClient } from '@tanstack/react-query'
import { ask } from '@/api/client'
import type { Audience, Command, Incident, IncidentView, State } from '@/api/types'

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

/** Where commands lead; what is missing is not known before the server says. */
const leadsTo: Partial<Record<Command, State>> = {
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

/** The state that a command leads to, where that is known before the server says. */
export const leads = (incident: Incident, command: Command): State | undefined =>
  command === 'undo' ? (incident.before as State | undefined) : leadsTo[command]

interface Page {
  items: Incident[] | null
}

/** patch changes an incident wherever the page holds it. */
function patch(client: QueryClient, number: number, change: Partial<Incident>): void {
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
}

/** held gives an incident as some list of the page holds it. */
export function held(client: QueryClient, number: number): Incident | undefined {
  return client
    .getQueriesData<{ pages?: Page[] }>({ queryKey: ['incidents'] })
    .flatMap(([, v]) => v?.pages?.flatMap(p => p.items ?? []) ?? [])
    .find(i => i.number === number)
}

/** What lists show of an incident. */
function listed(v: IncidentView): Incident {
  const { events: _events, audiences: _audiences, ...incident } = v as IncidentView & { $schema?: string }
  return incident
}

/**
 * give sends a command. What it leads to is shown at once, on the incident's
 * page and in every list, and taken back when the server refuses.
 */
export async function give(
  client: QueryClient,
  incident: Incident,
  command: Command,
  details: Details,
): Promise<IncidentView> {
  const { number, version, state } = incident
  // An answer under way would show again how it was before.
  await Promise.all([['incident', number], ['incidents']].map(queryKey => client.cancelQueries({ queryKey })))
  const to = leads(incident, command)
  if (to) patch(client, number, { state: to })
  try {
    const after = await ask<IncidentView>(
      'POST',
      `/api/v1/incidents/${number}/${command === 'comment' ? 'comments' : command}`,
      command === 'comment' ? details : { ...details, version },
    )
    client.setQueryData(['incident', number], after)
    patch(client, number, listed(after))
    return after
  } catch (err) {
    if (to) patch(client, number, { state })
    throw err
  }
}
