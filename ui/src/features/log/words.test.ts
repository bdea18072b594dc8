import { expect, test } from 'vitest'
import { ru } from '@/i18n/ru'
import { changeOf, changesOf, type Words } from './words'

const w: Words = {
  t: ru,
  region: c => (c === 'RU-PRI' ? 'Приморский край' : c),
  when: at => at.slice(0, 10),
  names: {
    agency: id => ['', 'Администрация', 'Теплосети'][id] ?? `№ ${id}`,
    search: id => ['', 'Отопление', 'Вода'][id] ?? `№ ${id}`,
    source: id => id,
    preset: name => (name === 'critical' ? 'Критический' : name),
    thereIs: { agency: () => true, search: () => true },
  },
}
const plain = (s: string[]) => s.map(x => x.replaceAll(/\s/g, ' '))

test('what changed, in words', () => {
  expect(changeOf('person', 'role', { was: 'curator', is: 'head' }, w)).toBe(
    `${ru.log.fields.role}: ${ru.roles.curator} → ${ru.roles.head}`,
  )
  expect(changeOf('person', 'regions', { is: ['RU-PRI', 'RU-XX'] }, w)).toBe(
    `${ru.log.fields.regions}: Приморский край, RU-XX`,
  )
  expect(changeOf('person', 'sealed', { was: true, is: false }, w)).toMatch(/да → нет$/)
  expect(changeOf('person', 'email', { was: 'a@example.org' }, w)).toMatch(/a@example.org → —$/)
  expect(changeOf('person', 'routes', { is: { bytes: 9000, sha256: 'x' } }, w)).toMatch(new RegExp(`${ru.log.long}$`))
  expect(changeOf('person', 'unheard_of', { is: 'x'.repeat(500) }, w).length).toBeLessThan(150)
})

test('words of their own', () => {
  expect(changeOf('person', 'name', { is: 'Вера' }, w)).toBe(`${ru.common.personName}: Вера`)
  expect(changeOf('preset', 'name', { is: 'night' }, w)).toBe(`${ru.presets.plain}: night`)
  expect(changeOf('rule', 'name', { is: 'Вода' }, w)).toBe(`${ru.log.fields.name}: Вода`)
  expect(changeOf('person', 'way', { is: 'oidc' }, w)).toMatch(/через провайдера$/)
  expect(changeOf('person', 'language', { was: 'ru', is: 'en' }, w)).toMatch(/Русский → English$/)
})

const preset = (changes: Record<string, { was?: unknown; is?: unknown }>) =>
  plain(changesOf({ thing: 'preset', kind: 'changed', changes }, w))

test('only the clocks that changed, in words', () => {
  const route = { amount: 60, unit: 'working', from: 'entered' }
  expect(
    preset({
      clocks: {
        was: { route, answer: { amount: 540, unit: 'working', from: 'assigned' } },
        is: { route, answer: { amount: 120, unit: 'wall', from: 'published' }, cap: { ...route, amount: 1440 } },
      },
    }),
  ).toEqual([
    'Ответить жителю: за 9 рабочих часов с назначения ведомства → за 2 часа круглосуточно с публикации записи',
    'Ответить, крайний срок: без срока → за 24 рабочих часа с начала этапа',
  ])
  expect(preset({ clocks: { is: { route } } })).toEqual(['Направить ведомству: за 1 рабочий час с попадания на разбор'])
  expect(preset({ clocks: { was: { bytes: 9000, sha256: 'x' }, is: {} } })).toEqual(['Часы: длинное значение → —'])
})

const tree = (was: unknown, is: unknown) =>
  plain(changesOf({ thing: 'route', kind: 'changed', changes: { routes: { was, is } } }, w))
const press = { name: 'Из газет', when: { networks: ['rss'] }, watchers: ['a@example.org'], continue: true }
const heat = { name: 'Тепло', when: { searches: [1] }, agency: 2, routes: [{ name: 'Аварии', when: {} }] }

test('what was done to the nodes of a tree, a line a node', () => {
  expect(tree(undefined, [press, heat])).toEqual([
    'Добавлен пункт 1 «Из газет»: если сеть Лента новостей, наблюдатели: a@example.org, и смотреть следующие пункты',
    'Добавлен пункт 2 «Тепло»: если найдено поиском «Отопление», → Теплосети',
    'Добавлен пункт 2.1 «Аварии»: всегда',
  ])
  expect(tree([press, heat], [heat])).toEqual(['Убран пункт 1 «Из газет»'])
  expect(tree([press, heat], [heat, press])).toEqual([ru.log.routes.order])
  expect(tree([heat], [{ ...heat, name: 'Тепло и вода' }])).toEqual([
    'Пункт 1 «Тепло» теперь называется «Тепло и вода»',
  ])
  expect(tree([heat], [{ ...heat, agency: 1, preset: 'critical', when: { searches: [1, 2] } }])).toEqual([
    'Изменён пункт 1 «Тепло». Условие: найдено поиском «Отопление» → найдено поиском «Отопление» или «Вода»; Ведомство: Теплосети → Администрация; Сроки: — → «Критический»',
  ])
  expect(tree([heat], [{ ...heat, routes: [] }])).toEqual(['Убран пункт 1.1 «Аварии»'])
  const many = Array.from({ length: 30 }, (_, i) => ({ name: `п${i}` }))
  expect(tree([], many)).toHaveLength(11)
})

test('a log never speaks as programs do', () => {
  const changes = {
    shifts: { was: {}, is: { 1: [{ from: 0, to: 1440 }] } },
    unheard: { is: { a: 1 } },
    list: { is: [{ a: 1 }, { b: 2 }] },
    when: { is: { searches: [1] } },
    routes: { is: [heat] },
    clocks: { is: { unheard: 7 } },
    expires_at: { is: '2026-11-24T00:00:00Z' },
    every: { was: '5m', is: '1h' },
  }
  for (const line of changesOf({ thing: 'agency', kind: 'changed', changes }, w))
    expect(line).not.toMatch(/[{}[\]]|T00:/)
})

test('what says nothing is left out', () => {
  const changes = {
    id: { is: 0 },
    agencies: { is: [] },
    when: { is: {} },
    expires_at: {},
    agency: { is: 2 },
    mode: { is: 'auto' },
  }
  expect(changesOf({ thing: 'rule', kind: 'created', changes }, w)).toEqual([
    'Ведомство: Теплосети',
    `Режим: ${ru.rules.modes.auto}`,
  ])
})
