import { describe, expect, it } from 'vitest'
import {
  ago,
  dayOf,
  daysBetween,
  exact,
  type Moment,
  offsetOf,
  span,
  startOfDay,
  when,
  whenShort,
  zoneMark,
} from './dates'

const plain = (s: string) => s.replaceAll(/\s/g, ' ')
const now = new Date('2026-11-24T05:00:00Z') // 15:00 in Vladivostok, 08:00 in Moscow
const vl = (language: 'ru' | 'en' = 'ru'): Moment => ({ language, zone: 'Asia/Vladivostok', now })
const msk: Moment = { language: 'ru', zone: 'Europe/Moscow', now }

describe('when', () => {
  it.each([
    ['2026-11-24T04:05:00Z', 'сегодня в 14:05', '14:05'],
    ['2026-11-23T23:10:00Z', 'сегодня в 09:10', '09:10'],
    ['2026-11-23T13:59:00Z', 'вчера в 23:59', 'вчера 23:59'],
    ['2026-11-24T15:00:00Z', 'завтра в 01:00', 'завтра 01:00'],
    ['2026-11-12T04:05:00Z', '12 ноября в 14:05', '12 нояб 14:05'],
    ['2025-11-12T04:05:00Z', '12 ноября 2025 г.', '12.11.2025'],
  ])('%s', (at, long, short) => {
    expect(plain(when(new Date(at), vl()))).toBe(long)
    expect(plain(whenShort(new Date(at), vl()))).toBe(short)
  })
  it('keeps to the zone', () => {
    expect(plain(when(new Date('2026-11-23T20:30:00Z'), msk))).toBe('вчера в 23:30')
    expect(plain(when(new Date('2026-11-23T20:30:00Z'), vl()))).toBe('сегодня в 06:30')
  })
  it('speaks English', () => {
    expect(plain(when(new Date('2026-11-24T04:05:00Z'), vl('en')))).toBe('today at 14:05')
    expect(plain(when(new Date('2026-11-12T04:05:00Z'), vl('en')))).toBe('12 November at 14:05')
  })
  it('survives nonsense', () => {
    expect(when(new Date('x'), vl())).toBe('—')
    expect(plain(when(now, { ...vl(), zone: 'Mars/Olympus' }))).toBe('сегодня в 05:00')
  })
})

it('exact', () => {
  expect(plain(exact(new Date('2026-11-24T04:05:33Z'), vl()))).toBe(
    'вторник, 24 ноября 2026 г., 14:05:33, Asia/Vladivostok (UTC+10)',
  )
})

it('days', () => {
  expect(dayOf(new Date('2026-11-23T20:30:00Z'), 'Asia/Vladivostok')).toBe('2026-11-24')
  expect(daysBetween(new Date('2026-03-28T12:00:00Z'), new Date('2026-03-30T12:00:00Z'), 'Europe/Berlin')).toBe(2)
})

it.each([
  [30_000, 'меньше минуты', 'less than a minute'],
  [40 * 60_000, '40 мин', '40 min'],
  [-40 * 60_000, '40 мин', '40 min'],
  [135 * 60_000, '2 ч 15 мин', '2 h 15 min'],
  [120 * 60_000, '2 ч', '2 h'],
  [76 * 3600_000, '3 дня 4 ч', '3 days 4 h'],
  [21 * 24 * 3600_000, '21 день', '21 days'],
])('span %i', (ms, ru, en) => {
  expect(plain(span(ms, 'ru'))).toBe(ru)
  expect(plain(span(ms, 'en'))).toBe(en)
})

it('ago', () => {
  const at = (ms: number) => plain(ago(new Date(now.getTime() - ms), vl()) ?? '')
  expect([at(5000), at(-5000), at(5 * 60_000), at(3600_000), at(-120_000)]).toEqual([
    'только что',
    'только что',
    '5 мин',
    '',
    '',
  ])
})

it('zones', () => {
  expect(offsetOf(now, 'Asia/Vladivostok')).toBe(600)
  expect(offsetOf(now, 'America/New_York')).toBe(-300)
  expect(offsetOf(now, 'Asia/Kolkata')).toBe(330)
  expect(offsetOf(now, 'UTC')).toBe(0)
  expect(zoneMark(now, 'Asia/Vladivostok', 'ru')).toBe('мск+7')
  expect(zoneMark(now, 'Europe/Moscow', 'ru')).toBe('мск')
  expect(zoneMark(now, 'Europe/Kaliningrad', 'ru')).toBe('мск−1')
  expect(zoneMark(now, 'Asia/Vladivostok', 'en')).toBe('UTC+10')
})

it('startOfDay', () => {
  expect(startOfDay('2026-11-24', 'Asia/Vladivostok').toISOString()).toBe('2026-11-23T14:00:00.000Z')
  expect(startOfDay('2026-03-29', 'Europe/Berlin').toISOString()).toBe('2026-03-28T23:00:00.000Z')
  expect(startOfDay('2026-03-30', 'Europe/Berlin').toISOString()).toBe('2026-03-29T22:00:00.000Z')
})
