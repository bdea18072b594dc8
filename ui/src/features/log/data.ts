import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'
import { startOfDay } from '@/lib/dates'
import type { LogSearch } from './search'

type S = components['schemas']

export type AuditEvent = S['AuditEvent']
export type AuditChange = S['AuditChange']
export type Look = S['Look']

const PAGE = 100

/** The moments between which a day lies in a zone. */
export function boundsOf(date: string | undefined, zone: string): { from?: string; to?: string } {
  if (!date) return {}
  const next = new Date(`${date}T12:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return {
    from: startOfDay(date, zone).toISOString(),
    to: startOfDay(next.toISOString().slice(0, 10), zone).toISOString(),
  }
}

export const changesQuery = (s: LogSearch, zone: string) =>
  infiniteQueryOptions({
    queryKey: ['log', 'changes', s, zone],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/audit', {
          params: {
            query: {
              limit: PAGE,
              ...boundsOf(s.day, zone),
              ...(s.who ? { who: s.who } : {}),
              ...(s.person ? { person: s.person } : {}),
              ...(s.thing ? { thing: s.thing } : {}),
              ...(pageParam ? { after: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: last => last.next || undefined,
  })

export const looksQuery = (s: LogSearch, zone: string) =>
  infiniteQueryOptions({
    queryKey: ['log', 'looks', s, zone],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/looks', {
          params: {
            query: {
              limit: PAGE,
              ...boundsOf(s.day, zone),
              ...(s.who ? { who: s.who } : {}),
              ...(pageParam ? { after: pageParam } : {}),
            },
          },
        }),
      ),
    getNextPageParam: last => last.next || undefined,
  })
