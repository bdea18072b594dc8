import { expect, it } from 'vitest'
import { ru } from '@/i18n/ru'
import { always, kindOf, minutesOf, newSecret, office, type Shifts, sayShifts } from './shifts'

const day = (from: number, to: number) => [{ from: from * 60, to: to * 60 }]

it.each<[Shifts | null, string, string]>([
  [null, 'office', 'пн–пт 9:00–18:00'],
  [{}, 'office', 'пн–пт 9:00–18:00'],
  [office(), 'office', 'пн–пт 9:00–18:00'],
  [always(), 'always', 'круглосуточно'],
  [
    { 1: day(8, 17), 2: day(8, 17), 4: day(8, 17), 6: day(10, 14) },
    'own',
    'пн, вт 8:00–17:00; чт 8:00–17:00; сб 10:00–14:00',
  ],
  [{ 0: day(10, 12), 6: day(10, 12) }, 'own', 'сб, вс 10:00–12:00'],
  [
    {
      3: [
        { from: 540, to: 780 },
        { from: 840, to: 1080 },
      ],
      5: null,
    },
    'own',
    'ср 9:00–13:00, 14:00–18:00',
  ],
  [{ 1: day(20, 24) }, 'own', 'пн 20:00–24:00'],
])('%o', (shifts, kind, words) => {
  expect(kindOf(shifts)).toBe(kind)
  expect(sayShifts(shifts, ru).replaceAll(/\s/g, ' ').replaceAll('\u2060', '')).toBe(words)
})

it.each([
  ['9', 540],
  ['09:30', 570],
  ['9.30', 570],
  ['930', 570],
  ['1830', 1110],
  [' 0:00 ', 0],
  ['24:00', 1440],
  ['24:01', undefined],
  ['25', undefined],
  ['9:60', undefined],
  ['утром', undefined],
  ['', undefined],
])('%s is %s minutes', (typed, want) => {
  expect(minutesOf(typed)).toBe(want)
})

it('makes secrets that the server takes, each another one', () => {
  const a = newSecret()
  expect(a).toMatch(/^[\w-]{32}$/)
  expect(newSecret()).not.toBe(a)
})
