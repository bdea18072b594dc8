import { describe, expect, it } from 'vitest'
import { day, flag, id, ids, one, oneOf, parseSearch, someOf, stringifySearch, texts } from './url'

describe('search strings', () => {
  it.each([
    [{}, ''],
    [{ q: '', state: [], overdue: false, x: undefined, y: null }, ''],
    [{ q: 'нет отопления' }, `?q=${encodeURIComponent('нет')}+${encodeURIComponent('отопления')}`],
    [{ state: ['new', 'triage'], agency: [3, 5], overdue: true }, '?state=new,triage&agency=3,5&overdue=true'],
    [{ post: 'telegram:1/2' }, '?post=telegram:1/2'],
    [{ q: 'a&b=c#d+e%' }, '?q=a%26b%3Dc%23d%2Be%25'],
  ])('%j', (search, text) => {
    expect(stringifySearch(search)).toBe(text)
  })
  it('come back as they went', () => {
    for (const q of [
      '«яма» /3 "дорога"',
      'a+b c',
      '100%',
      'x&y=z?#',
      ' впереди',
      'эмодзи 🙂',
      'net:vk,telegram since:2026-11-01',
    ]) {
      expect(parseSearch(stringifySearch({ q }))).toEqual({ q })
    }
  })
  it('takes the first of two', () => {
    expect(parseSearch('?a=1&a=2')).toEqual({ a: '1' })
    expect(parseSearch('?a=%E0%A4%A')).toHaveProperty('a')
    expect(parseSearch('')).toEqual({})
  })
})

describe('values', () => {
  it('numbers', () => {
    expect(id('12')).toBe(12)
    expect(id(12)).toBe(12)
    for (const bad of ['0', '-1', '1.5', 'x', '', undefined, Number.NaN, '99999999999999999'])
      expect(id(bad)).toBeUndefined()
    expect(ids('3,5,x,3')).toEqual([3, 5])
    expect(ids([3, '5'])).toEqual([3, 5])
    expect(ids('')).toBeUndefined()
  })
  it('texts', () => {
    expect(texts('a, b,,a')).toEqual(['a', 'b'])
    expect(texts(['a', 'b'])).toEqual(['a', 'b'])
    expect(texts(7)).toBeUndefined()
    expect(one('')).toBeUndefined()
    expect(one(5)).toBe('5')
    expect(one('x'.repeat(20000))).toBeUndefined()
    expect(oneOf('due', ['newest', 'due'])).toBe('due')
    expect(oneOf('__proto__', ['newest', 'due'])).toBeUndefined()
    expect(someOf('new,evil,triage', ['new', 'triage'])).toEqual(['new', 'triage'])
    expect(someOf('evil', ['new'])).toBeUndefined()
  })
  it('flags and days', () => {
    expect(flag('true')).toBe(true)
    expect(flag('no')).toBeUndefined()
    expect(day('2026-11-24')).toBe('2026-11-24')
    for (const bad of ['2026-13-40', '24.11.2026', '', 5]) expect(day(bad)).toBeUndefined()
  })
})
