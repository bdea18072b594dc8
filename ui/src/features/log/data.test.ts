import { expect, test } from 'vitest'
import { ru } from '@/i18n/ru'
import { boundsOf, changeOf } from './data'
import { decodeLog } from './search'

const w = { t: ru, region: (c: string) => (c === 'RU-PRI' ? 'Приморский край' : c) }

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
  expect(changeOf('rule', 'name', { is: 'Вода' }, w)).toBe(`${ru.log.fields.name}: Вода`)
  expect(changeOf('person', 'way', { is: 'oidc' }, w)).toMatch(/через провайдера$/)
  expect(changeOf('person', 'language', { was: 'ru', is: 'en' }, w)).toMatch(/Русский → English$/)
})

test('a day lies between two moments of its zone', () => {
  expect(boundsOf('2026-11-24', 'Asia/Vladivostok')).toEqual({
    from: '2026-11-23T14:00:00.000Z',
    to: '2026-11-24T14:00:00.000Z',
  })
  expect(boundsOf(undefined, 'UTC')).toEqual({})
})

test('an address says only what the page knows', () => {
  expect(decodeLog({ view: 'x', who: '7', person: '-1', thing: 'king', day: 'yesterday' })).toEqual({ who: 7 })
  expect(decodeLog({ view: 'looks', thing: 'rule', day: '2026-11-24' })).toEqual({
    view: 'looks',
    thing: 'rule',
    day: '2026-11-24',
  })
})
