import { expect, it } from 'vitest'
import { en } from '@/i18n/en'
import { ru } from '@/i18n/ru'
import { NBSP } from '@/i18n/typeset'
import { copiesText } from './Copies'

const copies = (posts: number, reached: string | null = null) => ({ query: '"а б в г"', posts, reached })
const at = '2026-11-24T09:00:00Z'

it.each([
  [0, null, 'копий не найдено', 'no copies found'],
  [1, null, '1~копия', '1~copy'],
  [3, null, '3~копии', '3~copies'],
  [12, null, '12~копий', '12~copies'],
  [1234, null, '1~234~копии', '1,234~copies'],
  [5, at, 'не меньше: 5~копий', 'at least 5~copies'],
  [0, at, 'копии не посчитаны', 'copies not counted'],
])('%i %s', (posts, reached, russian, english) => {
  expect(copiesText(copies(posts, reached), ru).replaceAll(NBSP, '~')).toBe(russian)
  expect(copiesText(copies(posts, reached), en).replaceAll(NBSP, '~')).toBe(english)
})
