import { describe, expect, it } from 'vitest'
import { diff } from './diff'
import { excerpt } from './excerpt'

describe('excerpt', () => {
  it('flattens', () => {
    expect(excerpt([{ text: 'Нет\n\nтепла ' }, { text: 'третий', mark: true }, { text: ' день' }])).toEqual([
      { text: 'Нет тепла ' },
      { text: 'третий', mark: true },
      { text: ' день' },
    ])
  })
  it('begins near what was found', () => {
    const out = excerpt([{ text: 'слово '.repeat(100) }, { text: 'яма', mark: true }, { text: ' на дороге' }])
    expect(out[0]?.text.startsWith('…слово ')).toBe(true)
    expect(out[0]?.text.length).toBeLessThan(70)
    expect(out[1]).toEqual({ text: 'яма', mark: true })
  })
  it('ends', () => {
    const out = excerpt([{ text: 'я'.repeat(1000) }], 50)
    expect(out[0]?.text).toBe(`${'я'.repeat(50)}…`)
    expect(excerpt([])).toEqual([])
    expect(excerpt([{ text: `${'a'.repeat(49)}🙂b` }], 50)[0]?.text).toBe(`${'a'.repeat(49)}…`)
  })
})

describe('diff', () => {
  const old = (p: ReturnType<typeof diff>) =>
    p
      .filter(x => x.kind !== 'added')
      .map(x => x.text)
      .join('')
  const neu = (p: ReturnType<typeof diff>) =>
    p
      .filter(x => x.kind !== 'removed')
      .map(x => x.text)
      .join('')
  it.each([
    ['Тепло дадут завтра.', 'Тепло дадут сегодня.'],
    ['', 'новое'],
    ['старое', ''],
    ['a b c d e', 'a x c y e'],
    ['одно и то же', 'одно и то же'],
    ['a\nb', 'a\n\nb!'],
  ])('%j → %j', (a, b) => {
    const p = diff(a, b)
    expect(old(p)).toBe(a)
    expect(neu(p)).toBe(b)
  })
  it('finds the changed word', () => {
    expect(diff('Тепло дадут завтра.', 'Тепло дадут сегодня.')).toEqual([
      { text: 'Тепло дадут ', kind: 'same' },
      { text: 'завтра', kind: 'removed' },
      { text: 'сегодня', kind: 'added' },
      { text: '.', kind: 'same' },
    ])
  })
  it('random texts come back', () => {
    let seed = 7
    const next = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % n
    }
    for (let n = 0; n < 300; n++) {
      const text = () => Array.from({ length: next(30) }, () => 'abв г.\n'[next(7)]).join('')
      const a = text()
      const b = text()
      const p = diff(a, b)
      expect(old(p)).toBe(a)
      expect(neu(p)).toBe(b)
    }
  })
  it('gives up on what is too long, but tells the truth', () => {
    const a = 'a '.repeat(5000)
    const b = 'b '.repeat(5000)
    const p = diff(a, b)
    expect(old(p)).toBe(a)
    expect(neu(p)).toBe(b)
  })
  it('goes by lines where words would say too little', () => {
    expect(diff('a b\nc d\ne', 'a b\nc x\ne', 'lines')).toEqual([
      { text: 'a b\n', kind: 'same' },
      { text: 'c d\n', kind: 'removed' },
      { text: 'c x\n', kind: 'added' },
      { text: 'e', kind: 'same' },
    ])
  })
})
