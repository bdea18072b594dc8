import { describe, expect, it } from 'vitest'
import { author } from './author'
import { en } from './en'
import { counter } from './plural'
import { ru } from './ru'
import { NBSP, typeset, typesetAll } from './typeset'

describe('plural', () => {
  const forms = ['инцидент', 'инцидента', 'инцидентов']
  it.each([
    [0, 'инцидентов'],
    [1, 'инцидент'],
    [2, 'инцидента'],
    [4, 'инцидента'],
    [5, 'инцидентов'],
    [11, 'инцидентов'],
    [12, 'инцидентов'],
    [14, 'инцидентов'],
    [21, 'инцидент'],
    [22, 'инцидента'],
    [25, 'инцидентов'],
    [101, 'инцидент'],
    [111, 'инцидентов'],
    [112, 'инцидентов'],
  ])('%i', (n, word) => {
    expect(counter('ru').count(n, ...forms)).toBe(`${n}${NBSP}${word}`)
  })
  it('groups figures', () => {
    expect(counter('ru').count(12345, ...forms)).toBe(`12${NBSP}345${NBSP}инцидентов`)
    expect(counter('en').count(12345, 'incident', 'incidents')).toBe(`12,345${NBSP}incidents`)
    expect(counter('en').count(1, 'incident', 'incidents')).toBe(`1${NBSP}incident`)
  })
})

describe('typeset', () => {
  it.each([
    ['Открыть в новом окне', 'Открыть в~новом окне'],
    ['и в доме', 'и~в~доме'],
    ['Отклик — это ответ', 'Отклик~— это ответ'],
    ['через 5 минут', 'через 5~минут'],
    ['№ 7', '№~7'],
    ['так же быстро', 'так~же быстро'],
    ['уже жёлтый', 'уже жёлтый'],
    ['без ответа', 'без~ответа'],
  ])('%s', (text, want) => {
    expect(typeset(text).replaceAll(NBSP, '~')).toBe(want)
  })
  it('reaches functions', () => {
    expect(typesetAll({ a: (n: number) => `в ${n} местах` }).a(5)).toBe(`в${NBSP}5${NBSP}местах`)
  })
})

describe('dictionaries', () => {
  const texts = (value: unknown, path = ''): [string, string][] => {
    if (typeof value === 'string') return [[path, value]]
    if (typeof value === 'function') return [[path, String((value as (...a: unknown[]) => unknown)(3, 'x', 'y'))]]
    if (value && typeof value === 'object') return Object.entries(value).flatMap(([k, v]) => texts(v, `${path}.${k}`))
    return []
  }
  it('say everything in both languages', () => {
    const russian = texts(ru)
    expect(texts(en).map(([path]) => path)).toEqual(russian.map(([path]) => path))
    for (const [path, text] of [...russian, ...texts(en)]) expect(text.trim(), path).not.toBe('')
  })
  it('have no Russian in English, no straight quotes and no double spaces', () => {
    for (const [path, text] of texts(en)) expect(text, path).not.toMatch(/[а-яё]/i)
    for (const [path, text] of texts(ru)) expect(text, path).not.toMatch(/"|\s{2}|\.\.\./)
  })
})

it('names what the product did by itself in the language of the page', () => {
  expect(author('demonstration', ru)).toBe('демонстрация')
  expect(author('demonstration', en)).toBe('demonstration')
  expect(author('', ru)).toBe(ru.common.system)
  expect(author('Марина Ким', en)).toBe('Марина Ким')
})
