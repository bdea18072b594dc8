import { describe, expect, it } from 'vitest'
import { keyOf, press, shown } from './keys'

const ev = (code: string, key: string, mods = '') => ({
  code,
  key,
  ctrlKey: mods.includes('c'),
  metaKey: mods.includes('m'),
  altKey: mods.includes('a'),
  shiftKey: mods.includes('s'),
})

describe('keyOf', () => {
  it.each([
    [ev('KeyJ', 'j'), 'j'],
    [ev('KeyJ', 'о'), 'j'],
    [ev('KeyJ', 'J', 's'), 'shift+j'],
    [ev('KeyK', 'k', 'c'), 'mod+k'],
    [ev('KeyK', 'л', 'm'), 'mod+k'],
    [ev('Slash', '/'), '/'],
    [ev('Slash', '.'), '/'],
    [ev('Slash', '?', 's'), '?'],
    [ev('Digit7', '?', 's'), '?'],
    [ev('Backslash', '/', 's'), '/'],
    [ev('Enter', 'Enter'), 'enter'],
    [ev('Escape', 'Escape'), 'escape'],
    [ev('KeyJ', 'j', 'a'), ''],
    [ev('F5', 'F5'), ''],
    [ev('Enter', 'Enter', 'c'), 'mod+enter'],
  ])('%j', (e, want) => {
    expect(keyOf(e)).toBe(want)
  })
})

describe('press', () => {
  const bindings = ['j', 'k', 'g i', 'g f', 'i', '?', 'mod+k']
  it.each([
    ['', 'j', { run: 'j', pending: '' }],
    ['', 'g', { pending: 'g' }],
    ['g', 'i', { run: 'g i', pending: '' }],
    ['g', 'j', { run: 'j', pending: '' }],
    ['g', 'x', { pending: '' }],
    ['g', 'g', { pending: 'g' }],
    ['', 'x', { pending: '' }],
    ['g', '', { pending: 'g' }],
  ])('%s then %s', (before, key, want) => {
    expect(press(before, key, bindings)).toEqual(want)
  })
})

it('shown', () => {
  expect(shown('g i', false)).toEqual(['G', 'I'])
  expect(shown('mod+k', false)).toEqual(['Ctrl', 'K'])
  expect(shown('mod+k', true)).toEqual(['⌘', 'K'])
})
