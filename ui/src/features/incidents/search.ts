import { type Severity, type State, severities, states } from '@/api/types'
import { day, flag, id, ids, oneOf, type Search, someOf, texts } from '@/lib/url'

export const columns = [
  'number',
  'due',
  'state',
  'severity',
  'title',
  'region',
  'agency',
  'posts',
  'opened',
  'updated',
  'curator',
] as const
export type Column = (typeof columns)[number]

/** The columns of whoever chose none; who has one region knows which. */
export function usualColumns(oneRegion: boolean): Column[] {
  const all: Column[] = ['number', 'due', 'state', 'title', 'region', 'agency', 'posts', 'opened']
  return oneRegion ? all.filter(c => c !== 'region') : all
}

/** What the address of the list of incidents says; what is missing is as usual. */
export interface IncidentsSearch {
  view?: 'board' | undefined
  /** Missing: open ones. */
  open?: 'false' | 'all' | undefined
  state?: State[] | undefined
  severity?: Severity[] | undefined
  region?: string[] | undefined
  agency?: number[] | undefined
  overdue?: true | undefined
  from?: string | undefined
  to?: string | undefined
  rule?: number | undefined
  search?: number | undefined
  /** Missing: by deadline. */
  sort?: 'newest' | 'oldest' | undefined
  cols?: Column[] | undefined
}

export function decodeIncidents(s: Search): IncidentsSearch {
  return {
    view: oneOf(s.view, ['board'] as const),
    open: oneOf(s.open, ['false', 'all'] as const),
    state: someOf(s.state, states),
    severity: someOf(s.severity, severities),
    region: texts(s.region)?.filter(r => /^[A-Z]{2}-[A-Z0-9]{1,4}$/.test(r)),
    agency: ids(s.agency),
    overdue: flag(s.overdue),
    from: day(s.from),
    to: day(s.to),
    rule: id(s.rule),
    search: id(s.search),
    sort: oneOf(s.sort, ['newest', 'oldest'] as const),
    cols: someOf(s.cols, columns),
  }
}

/** toFilter makes the query of the API; days are those of a zone's offset given in minutes. */
export function toFilter(s: IncidentsSearch, startOf: (day: string) => Date) {
  const nextDay = (d: string) => new Date(Date.parse(`${d}T00:00:00Z`) + 24 * 3600_000).toISOString().slice(0, 10)
  return {
    // A state that was asked for says itself whether it is open.
    ...(s.state || s.open === 'all' ? {} : { open: s.open === 'false' ? ('false' as const) : ('true' as const) }),
    ...(s.state ? { state: s.state } : {}),
    ...(s.severity ? { severity: s.severity } : {}),
    ...(s.region?.length ? { region: s.region } : {}),
    ...(s.agency ? { agency: s.agency } : {}),
    ...(s.overdue ? { overdue: true } : {}),
    ...(s.from ? { from: startOf(s.from).toISOString() } : {}),
    ...(s.to ? { to: startOf(nextDay(s.to)).toISOString() } : {}),
    ...(s.rule ? { rule: s.rule } : {}),
    ...(s.search ? { search: s.search } : {}),
    sort: s.sort ?? ('due' as const),
  }
}

/** What the address says of columns once one was switched: the usual ones need no place in it. */
export function switchColumn(shown: Column[], usual: Column[], c: Column): Column[] | undefined {
  const next = columns.filter(x => (x === c ? !shown.includes(c) : shown.includes(x)))
  return next.join() === usual.join() ? undefined : next
}

/** How many conditions are set, apart from the sorting and the columns. */
export function conditions(s: IncidentsSearch): number {
  return [s.open, s.state, s.severity, s.region?.length, s.agency, s.overdue, s.from, s.to, s.rule, s.search].filter(
    Boolean,
  ).length
}
