import { expect, it } from 'vitest'
import type { RouteNode } from '@/api/types'
import { en } from '@/i18n/en'
import { ru } from '@/i18n/ru'
import { extrasOf, type Names, sayTree, sayWhen } from './words'

const names: Names = {
  agency: id => ['', 'Администрация', 'Теплосети'][id] ?? `№ ${id}`,
  search: id => ['', 'Отопление', 'Батареи', 'Вода', 'Свет', 'Газ'][id] ?? `№ ${id}`,
  source: id => (id === 'rss:1' ? 'Вестник' : id),
  preset: name => (name === 'critical' ? 'Критический' : name),
  thereIs: { agency: () => true, search: () => true },
}
const node: RouteNode = {
  name: 'Тепло',
  when: { searches: [1, 2], severities: ['raised', 'critical'], sources: ['rss:1'], networks: [], places: null },
  agency: 2,
  preset: 'critical',
  watchers: ['a@example.org', 'b@example.org'],
  continue: true,
}

it('says a condition as people do', () => {
  expect(sayWhen(node, names, ru)).toBe(
    'если найдено поиском «Отопление» или «Батареи» и важность повышенная или критическая и источник «Вестник»',
  )
  expect(sayWhen(node, names, en)).toBe(
    'if found by the search “Отопление” or “Батареи” and the severity is raised or critical and the source is “Вестник”',
  )
  expect(sayWhen({ name: 'x', when: {} }, names, ru)).toBe('всегда')
  expect(sayWhen({ name: 'x', when: { searches: [1, 2, 3, 4, 5, 6] } }, names, ru)).toBe(
    'если найдено поиском «Отопление» или «Батареи» или «Вода» или «Свет» и ещё 2',
  )
})

it('says what a node gives', () => {
  expect(extrasOf(node, names, ru)).toEqual([
    'сроки «Критический»',
    'наблюдатели: a@example.org, b@example.org',
    'и смотреть следующие пункты',
  ])
})

it('says a whole tree, so that two can be compared', () => {
  const tree = { agency: 1, routes: [{ ...node, routes: [{ name: 'Авария', when: { places: ['Артём'] } }] }] }
  expect(sayTree(tree, names, ru).split('\n')).toEqual([
    'Всё, что приходит; → Администрация',
    expect.stringMatching(/^1 Тепло: если .*; → Теплосети; сроки «Критический»; наблюдатели: .*; и смотреть/),
    '1.1 Авария: если место Артём',
  ])
})
