import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'
import { browserOf } from '@/features/profile/browser'
import { type Dictionary, word } from '@/i18n'
import { languages } from '@/i18n/language'
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

const LONGEST = 120 // characters of a value

interface Words {
  t: Dictionary
  region(code: string): string
}

const words = (w: Words): Record<string, Record<string, string>> => ({
  role: w.t.roles,
  way: w.t.log.ways,
  severity: w.t.severities,
  language: Object.fromEntries(languages.map(l => [l.id, l.name])),
})

/** A value of a field as people read it. */
export function shown(field: string, value: unknown, w: Words): string {
  if (value === undefined || value === null) return '—'
  if (typeof value === 'boolean') return value ? w.t.common.yes : w.t.common.no
  if (Array.isArray(value)) return value.map(v => shown(field, v, w)).join(', ') || '—'
  if (typeof value === 'object') {
    const { bytes } = value as { bytes?: number }
    return typeof bytes === 'number' ? w.t.log.long : cut(JSON.stringify(value))
  }
  const s = String(value)
  if (field === 'regions' || field === 'region') return w.region(s)
  if (field === 'agent') return browserOf(s)
  return cut(word(words(w)[field] ?? {}, s))
}

const cut = (s: string) => ([...s].length > LONGEST ? `${[...s].slice(0, LONGEST).join('')}…` : s)

/** What changed of a field: «Роль: куратор → руководитель». */
export function changeOf(thing: string, field: string, c: AuditChange, w: Words): string {
  const name = field === 'name' && thing === 'person' ? w.t.common.personName : word(w.t.log.fields, field)
  const is = shown(field, c.is, w)
  return c.was === undefined ? `${name}: ${is}` : `${name}: ${shown(field, c.was, w)} → ${is}`
}
