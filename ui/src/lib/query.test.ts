import { describe, expect, it } from 'vitest'
import { daysOf, faultsOf, field, slices, tokens, withField } from './query'

describe('fields', () => {
  it.each([
    ['отопление region:RU-PRI', 'region', 'RU-PRI'],
    ['"region:RU-PRI" отопление', 'region', ''],
    ['(a region:RU-KHA) b', 'region', ''],
    ['REGION:RU-PRI', 'region', 'RU-PRI'],
    ['', 'region', ''],
  ])('%s', (query, name, value) => {
    expect(field(query, name)).toBe(value)
  })
  it.each([
    ['отопление', 'since', '2026-11-23', 'отопление since:2026-11-23'],
    ['since:2026-01-01 отопление', 'since', '2026-11-23', 'отопление since:2026-11-23'],
    ['отопление since:2026-01-01', 'since', '', 'отопление'],
    ['"нет  воды" «since:x» (a | b)', 'since', '', '"нет  воды" «since:x» (a | b)'],
    ['', 'region', 'RU-PRI', 'region:RU-PRI'],
    ['отопление | батареи', 'since', '2026-11-23', '(отопление | батареи) since:2026-11-23'],
    ['a|b', 'since', '2026-11-23', '(a|b) since:2026-11-23'],
    [
      '(отопление | батареи) since:2026-11-23',
      'until',
      '2026-11-23',
      '(отопление | батареи) since:2026-11-23 until:2026-11-23',
    ],
    ['отопление | батареи since:2026-01-01', 'since', '2026-11-23', '(отопление | батареи) since:2026-11-23'],
    ['"a | b" [c | d] (e | (f | g))', 'net', 'rss', '"a | b" [c | d] (e | (f | g)) net:rss'],
    ['отопление | батареи', 'since', '', 'отопление | батареи'],
  ])('%s + %s', (query, name, value, want) => {
    expect(withField(query, name, value)).toBe(want)
  })
  it.each([
    ['отопление', {}],
    ['отопление since:2026-11-23', { since: '2026-11-23' }],
    ['(отопление | батареи until:2026-11-24) UNTIL:2026-11-20', { until: '2026-11-20' }],
    ['"until:2026-11-24" «since:2026-11-24» [until:2026-11-24]', {}],
    ['яма until:вчера', {}],
  ])('days of %s', (query, want) => {
    expect(daysOf(query)).toEqual(want)
  })
  it('tokens survive what is unfinished', () => {
    expect(tokens('яма "без конца и')).toEqual(['яма', '"без конца и'])
    expect(tokens('(a b')).toEqual(['(a b'])
    expect(tokens(') a')).toEqual([')', 'a'])
  })
})

describe('faults', () => {
  it('counts characters, not UTF-16 units', () => {
    expect(faultsOf('🙂 яма (', [{ message: 'x', offset: 6, length: 1 }])).toEqual([{ start: 7, end: 8, message: 'x' }])
  })
  it('points at the end where the fault is behind it', () => {
    expect(faultsOf('яма (', [{ message: 'x', offset: 5, length: 0 }])).toEqual([{ start: 4, end: 5, message: 'x' }])
    expect(faultsOf('', [{ message: 'x', offset: 0 }])).toEqual([{ start: 0, end: 0, message: 'x' }])
    expect(faultsOf('abc', [{ message: 'x', offset: 99, length: 99 }])).toEqual([{ start: 2, end: 3, message: 'x' }])
  })
  it('slices join to the query', () => {
    const q = 'яма ((дорога nnet:x'
    const parts = slices(q, [
      { start: 13, end: 19, message: '' },
      { start: 4, end: 6, message: '' },
      { start: 5, end: 6, message: '' },
    ])
    expect(parts.map(p => p.text).join('')).toBe(q)
    expect(parts.filter(p => p.bad).map(p => p.text)).toEqual(['((', 'nnet:x'])
    expect(slices('', [{ start: 0, end: 0, message: '' }])).toEqual([])
  })
})
