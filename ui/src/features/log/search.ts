import { day, id, oneOf, type Search } from '@/lib/url'

/** What people change. */
export const things = [
  'person',
  'token',
  'search',
  'rule',
  'route',
  'preset',
  'agency',
  'source',
  'region',
  'glossary',
] as const
export type Thing = (typeof things)[number]

/** What the address of the page says; what is missing does not narrow. */
export interface LogSearch {
  view?: 'looks' | undefined
  /** Id of who did it. */
  who?: number | undefined
  /** Id of whom it is about. */
  person?: number | undefined
  thing?: Thing | undefined
  /** yyyy-mm-dd */
  day?: string | undefined
}

export const decodeLog = (s: Search): LogSearch => ({
  view: s.view === 'looks' ? 'looks' : undefined,
  who: id(s.who),
  person: id(s.person),
  thing: oneOf(s.thing, things),
  day: day(s.day),
})
