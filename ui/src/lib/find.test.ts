import { expect, it } from 'vitest'
import { found } from './find'

it.each([
  ['Отопление в Артёме', '', true],
  ['Отопление в Артёме', 'артем', true],
  ['Отопление в Артёме', 'АРТЁМ отопл', true],
  ['Отопление в Артёме', 'топ', true],
  ['Отопление в Артёме', 'отопл вода', false],
  ['https://gazeta.example/rss.xml', 'gazeta rss', true],
])('%s: %s', (text, typed, want) => {
  expect(found(text, typed)).toBe(want)
})
