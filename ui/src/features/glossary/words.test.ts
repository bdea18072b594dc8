import { expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { ru } from '@/i18n/ru'
import type { Renewal } from './data'
import { lineAt, linesOf, meaningOf, sayRenewal, shareOf } from './words'

const plain = (s: string) => s.replaceAll('\u00a0', ' ')

const running: Renewal = {
  state: 'running',
  bucket: 'standard-2026-11',
  buckets: 3,
  buckets_done: 1,
  done: 12_340,
  posts: 50_000,
  per_second: 300,
  seconds_left: 125,
  error: '',
  at: '2026-11-24T09:00:00Z',
  ended_at: null,
}

it('says what a word stands for', () => {
  const word = (from: 'dictionary' | 'stem', ...words: string[]) => ({
    word: 'стали',
    readings: words.map(w => ({ word: w, from })),
  })
  expect(meaningOf(word('dictionary', 'сталь', 'стать'), ru)).toEqual({ text: 'сталь, стать', known: true })
  expect(meaningOf(word('stem', 'стал'), ru)).toEqual({ text: 'по основе', known: false })
  expect(meaningOf(word('stem', 'стал'), en)).toEqual({ text: 'by stem', known: false })
  expect(meaningOf({ word: 'стали', exact: true, readings: [] }, ru)).toEqual({ text: ru.words.exact, known: false })
})

it('says how far the index is', () => {
  expect(plain(sayRenewal(running, ru, 'ru'))).toBe('Перестроено 12 340 из 50 000 публикаций, осталось примерно 2 мин')
  expect(plain(sayRenewal(running, en, 'en'))).toBe('12,340 of 50,000 posts, about 2 min left')
  expect(plain(sayRenewal({ ...running, posts: 0 }, en, 'en'))).toBe('12,340 posts, part 2 of 3')
  expect(sayRenewal({ ...running, state: 'failed', error: 'no room' }, en, 'en')).toContain('no room')
  for (const state of ['waiting', 'failed', 'done'] as const)
    expect(sayRenewal({ ...running, state }, ru, 'ru').length).toBeGreaterThan(10)
  expect(shareOf(running)).toBeCloseTo(0.2468)
  expect(shareOf({ ...running, posts: 0 })).toBeCloseTo(1 / 3)
  expect(shareOf({ ...running, done: 60_000 })).toBe(1)
  expect(shareOf({ ...running, state: 'waiting' })).toBeUndefined()
})

it('finds lines', () => {
  const text = 'ковид\n\nТСЖ'
  expect(linesOf(text)).toBe(3)
  expect(linesOf('')).toBe(1)
  expect([1, 2, 3, 9].map(n => lineAt(text, n))).toEqual([
    [0, 5],
    [6, 6],
    [7, 10],
    [7, 10],
  ])
})
