import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Changed, gather, numberOf } from './fresh'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function gatherer() {
  const told: Changed[] = []
  return { ...gather(c => told.push(c)), told }
}

it('makes one word of what comes at once', () => {
  const g = gatherer()
  for (const n of [3, 1, 3, 2]) g.put(n)
  expect(g.told).toEqual([])
  vi.advanceTimersByTime(300)
  expect(g.told).toEqual([{ numbers: [3, 1, 2], all: false }])
  vi.advanceTimersByTime(60_000)
  expect(g.told).toHaveLength(1)
})

it('lets the server rest while much changes, and loses nothing', () => {
  const g = gatherer()
  for (let n = 0; n < 1000; n++) {
    g.put(n)
    vi.advanceTimersByTime(10)
  }
  vi.advanceTimersByTime(3000)
  expect(g.told.length).toBeLessThanOrEqual(5)
  expect(g.told.flatMap(c => c.numbers)).toHaveLength(1000)
  // After a quiet time the next change is told soon.
  vi.advanceTimersByTime(5000)
  g.put(7)
  vi.advanceTimersByTime(300)
  expect(g.told.at(-1)?.numbers).toEqual([7])
})

it('says that everything may have changed', () => {
  const g = gatherer()
  g.put(1)
  g.put()
  vi.advanceTimersByTime(300)
  expect(g.told).toEqual([{ numbers: [1], all: true }])
})

it('says nothing after its end', () => {
  const g = gatherer()
  g.put(1)
  g.stop()
  vi.advanceTimersByTime(60_000)
  expect(g.told).toEqual([])
})

it('reads the events of the stream', () => {
  const event = (event: string, data: string) => numberOf({ id: '', event, data })
  expect(event('change', '{"number":7,"version":3}')).toBe(7)
  expect(event('everything', '{}')).toBeUndefined()
  expect(event('closed', '{"reason":"stopping","message":"…"}')).toBe(false)
  expect(event('something of a later version', '?')).toBe(false)
})
