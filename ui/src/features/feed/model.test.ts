import { describe, expect, it } from 'vitest'
import type { FoundPost } from '@/api/types'
import { type Change, change, empty, type Feed, MOST } from './model'

const post = (n: number, rev = 1): FoundPost =>
  ({ id: `t:1/${n}`, rev, text: `${n}.${rev}`, published: new Date(n * 1000).toISOString() }) as FoundPost
const run = (...cs: Change[]): Feed => cs.reduce(change, empty)
const ids = (list: FoundPost[]) => list.map(p => Number(p.id.slice(4)))

describe('feed', () => {
  it('adds older below and live above', () => {
    const f = run(
      { kind: 'older', items: [post(5), post(4)], next: 'x' },
      { kind: 'live', items: [post(6)], hold: false },
      { kind: 'older', items: [post(4), post(3)], next: '' },
    )
    expect(ids(f.items)).toEqual([6, 5, 4, 3])
    expect(f.next).toBe('')
    expect([...f.fresh]).toEqual(['t:1/6'])
  })
  it('holds back what comes while paused, and lets it in', () => {
    const held = run(
      { kind: 'older', items: [post(5)], next: '' },
      { kind: 'live', items: [post(6)], hold: true },
      { kind: 'live', items: [post(8), post(7)], hold: true },
    )
    expect(ids(held.items)).toEqual([5])
    expect(ids(held.waiting)).toEqual([8, 7, 6])
    expect(ids(change(held, { kind: 'release' }).items)).toEqual([8, 7, 6, 5])
    expect(ids(change(held, { kind: 'live', items: [post(9)], hold: false }).items)).toEqual([9, 8, 7, 6, 5])
  })
  it('takes a stream that repeats', () => {
    const f = run(
      { kind: 'live', items: [post(6)], hold: false },
      { kind: 'live', items: [post(6)], hold: false },
      { kind: 'older', items: [post(6), post(5)], next: '' },
    )
    expect(ids(f.items)).toEqual([6, 5])
  })
  it('puts a new revision in the place of the old, never the other way', () => {
    const f = run(
      { kind: 'older', items: [post(5, 2), post(4)], next: '' },
      { kind: 'live', items: [post(5, 1)], hold: false },
      { kind: 'live', items: [post(4, 3)], hold: true },
      { kind: 'live', items: [post(6, 4), post(6, 5)], hold: false },
    )
    expect(f.items.map(p => p.text)).toEqual(['6.5', '5.2', '4.3'])
    const held = run(
      { kind: 'live', items: [post(6, 1)], hold: true },
      { kind: 'live', items: [post(6, 2)], hold: true },
    )
    expect(held.waiting.map(p => p.text)).toEqual(['6.2'])
  })
  it('puts what came late in its place by time', () => {
    const f = run(
      { kind: 'older', items: [post(9), post(7), post(5)], next: '' },
      { kind: 'live', items: [post(8), post(4)], hold: false },
    )
    expect(ids(f.items)).toEqual([9, 8, 7, 5, 4])
  })
  it('never grows beyond its limit', () => {
    const many = (from: number, n: number) => Array.from({ length: n }, (_, i) => post(from - i))
    const f = run(
      { kind: 'older', items: many(20_000, MOST), next: 'x' },
      { kind: 'live', items: [post(30_000)], hold: false },
    )
    expect(f.items.length).toBe(MOST)
    expect(ids(f.items)[0]).toBe(30_000)
    expect(f.known.size).toBe(MOST)
    expect(f.next).toBe('')
    const held = change(f, { kind: 'live', items: many(60_000, MOST + 5), hold: true })
    expect(held.waiting.length).toBe(MOST)
  })
})
