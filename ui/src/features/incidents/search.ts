import { type Severity, type State, severities, states } from '@/api/types'
import { day, flag, id, ids, oneOf, type Search, someOf, texts } from '@/lib/url'

export const columns = [
  'number',
  'title',
  'state',
  'severity',
  'region',
  'agency',
  'due',
  'posts',
  'opened',
  'updated',
  'curator',
] as const
export type Column = (typeof columns)[number]
export const defaultColumns: Column[] = ['number', 'title', 'state', 'region', 'agency', 'due', 'posts', 'opened']

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
  const cols = someOf(s.cols, columns)
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
    // The usual columns need no place in the address.
    cols: cols && cols.join() !== defaultColumns.join() ? cols : undefined,
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

/** How many conditions are set, apart from the sorting and the columns. */
export function conditions(s: IncidentsSearch): number {
  return [s.open, s.state, s.severity, s.region?.length, s.agency, s.overdue, s.from, s.to, s.rule, s.search].filter(
    Boolean,
  ).length
}
