import { describe, expect, it } from 'vitest'
import { decodeFeed } from '@/features/feed/search'
import { parseSearch, stringifySearch } from '@/lib/url'
import { conditions, decodeIncidents, type IncidentsSearch, switchColumn, toFilter, usualColumns } from './search'

const back = (s: IncidentsSearch) => decodeIncidents(parseSearch(stringifySearch({ ...s })))
const set = (s: object) => Object.fromEntries(Object.entries(s).filter(([, v]) => v !== undefined))

describe('address of the incidents', () => {
  const cases: IncidentsSearch[] = [
    {},
    { view: 'board' },
    { open: 'all', sort: 'newest' },
    { state: ['new', 'triage'], severity: ['critical'], region: ['RU-PRI', 'RU-MOW'], agency: [3, 5], overdue: true },
    { from: '2026-11-01', to: '2026-11-24', rule: 4, search: 9 },
    { cols: ['number', 'title', 'curator'] },
  ]
  it.each(cases)('%j comes back as it went', s => {
    expect(set(back(s))).toEqual(s)
    expect(set(decodeIncidents({ ...s }))).toEqual(s)
  })
  it('drops what is not known', () => {
    expect(
      set(
        decodeIncidents(
          parseSearch(
            '?view=pie&open=maybe&state=evil&severity=x&region=<script>&agency=-1&overdue=2&from=1&sort=x&cols=a,b&evil=1',
          ),
        ),
      ),
    ).toEqual({ region: [] })
  })
  it('leaves out the usual columns', () => {
    const usual = usualColumns(false)
    const without = switchColumn(usual, usual, 'posts')
    expect(without).toEqual(usual.filter(c => c !== 'posts'))
    expect(switchColumn(without ?? [], usual, 'posts')).toBeUndefined()
    expect(switchColumn(usualColumns(true), usualColumns(true), 'region')).toEqual(usual)
  })
  it('asks the API', () => {
    const startOf = (d: string) => new Date(`${d}T00:00:00+10:00`)
    expect(toFilter({}, startOf)).toEqual({ open: 'true', sort: 'due' })
    expect(toFilter({ open: 'all', sort: 'oldest' }, startOf)).toEqual({ sort: 'oldest' })
    expect(toFilter({ state: ['closed'], overdue: true }, startOf)).toEqual({
      state: ['closed'],
      overdue: true,
      sort: 'due',
    })
    expect(toFilter({ from: '2026-11-30', to: '2026-11-30' }, startOf)).toEqual({
      open: 'true',
      from: '2026-11-29T14:00:00.000Z',
      to: '2026-11-30T14:00:00.000Z',
      sort: 'due',
    })
    expect(conditions({ sort: 'oldest', cols: ['number'] })).toBe(0)
    expect(conditions({ overdue: true, agency: [1] })).toBe(2)
  })
})

it('address of the feed', () => {
  const s = {
    q: '"нет тепла" (яма | выбоина) since:2026-11-01 & 100% #тег',
    order: 'relevance' as const,
    post: 'telegram:-100/5',
  }
  expect(decodeFeed(parseSearch(stringifySearch(s)))).toEqual(s)
  expect(set(decodeFeed(parseSearch('?order=evil&q=')))).toEqual({})
})
