import type { IncidentView, State } from '@/api/types'
import type { Dictionary } from '@/i18n'
import { primaryOf } from './commands'

/** Who reads: what is next is not the same for whoever has to do it and for whoever waits. */
type Reader = { id: number; role: string }

/** What an agency does; an administrator may too, but it is not the administrator's to do. */
const agencys: readonly string[] = ['assigned', 'accepted', 'rework']

/**
 * sayNext says what an incident waits for, to the person who reads it: to
 * whoever may do it that they should, to all others who will.
 */
export function sayNext(i: Pick<IncidentView, 'state' | 'allowed' | 'draft'>, me: Reader, t: Dictionary): string {
  const state = i.state as State
  const mine = i.draft?.authors?.includes(me.id) ?? false
  const may = (c: string) => i.allowed?.includes(c) ?? false
  switch (state) {
    case 'draft':
      if (!may('draft')) return t.incident.awaited.draft
      if (mine) return t.incident.nextOf.draft
      return me.role === 'executor' ? t.incident.draftOf(i.draft?.author_name ?? '') : t.incident.awaited.draft
    case 'review':
      if (may('approve')) return t.incident.nextOf.review
      return mine ? t.incident.reviewOwn : t.incident.awaited.review
    default: {
      const awaited = t.incident.awaited[state as keyof typeof t.incident.awaited]
      const does = primaryOf(state, i.allowed ?? []) && (me.role === 'executor' || !agencys.includes(state))
      return awaited && !does ? awaited : (t.incident.nextOf[state] ?? '')
    }
  }
}
