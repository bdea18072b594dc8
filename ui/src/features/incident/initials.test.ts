import { expect, it } from 'vitest'
import { initials } from './initials'

it.each([
  ['Анна Петрова', 'АП'],
  ['анна сергеевна петрова', 'АП'],
  ['Анна', 'АН'],
  ['Ё', 'Ё'],
  ['служба 112', 'С1'],
  ['👩 Мария-Луиза', 'МЛ'],
  ['', '?'],
])('%s → %s', (name, want) => {
  expect(initials(name)).toBe(want)
})
