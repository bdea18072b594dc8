import { describe, expect, it } from 'vitest'
import type { RouteNode } from '@/api/types'
import {
  type Direction,
  effective,
  inserted,
  moved,
  nodeAt,
  numberOf,
  type Path,
  placeOf,
  removed,
  rowsOf,
  sameTree,
  tidied,
  unreached,
} from './tree'

// a ─ a1, a2;  b;  c ─ c1
const tree: RouteNode = {
  agency: 1,
  routes: [
    { name: 'a', preset: 'raised', when: { searches: [1] }, routes: [{ name: 'a1' }, { name: 'a2', agency: 3 }] },
    { name: 'b', when: { searches: [2] } },
    { name: 'c', when: { searches: [3] }, routes: [{ name: 'c1' }] },
  ],
}
const names = (t: RouteNode) => rowsOf(t).map(r => `${numberOf(r.path)} ${r.node.name}`)

it('reads a tree from above', () => {
  expect(names(tree)).toEqual(['1 a', '1.1 a1', '1.2 a2', '2 b', '3 c', '3.1 c1'])
  expect(nodeAt(tree, [0, 1])?.name).toBe('a2')
  expect(nodeAt(tree, [])).toBe(tree)
  expect(nodeAt(tree, [5, 0])).toBeUndefined()
})

it('adds and removes without changing the tree it was given', () => {
  const before = JSON.stringify(tree)
  expect(names(inserted(tree, [1], { name: 'new' }))).toEqual([
    '1 a',
    '1.1 a1',
    '1.2 a2',
    '2 new',
    '3 b',
    '4 c',
    '4.1 c1',
  ])
  expect(names(inserted(tree, [1, 0], { name: 'new' }))).toContain('2.1 new')
  expect(names(inserted({}, [0], { name: 'first' }))).toEqual(['1 first'])
  expect(names(removed(tree, [0]))).toEqual(['1 b', '2 c', '2.1 c1'])
  expect(names(removed(tree, [2, 0]))).toEqual(['1 a', '1.1 a1', '1.2 a2', '2 b', '3 c'])
  expect(JSON.stringify(tree)).toBe(before)
})

describe('moving', () => {
  it.each<[string, Path, Direction, Path | undefined]>([
    ['up', [1], 'up', [0]],
    ['the first has nothing above', [0], 'up', undefined],
    ['down', [1], 'down', [2]],
    ['the last has nothing below', [2], 'down', undefined],
    ['only beside its own', [0, 1], 'down', undefined],
    ['into the one before', [1], 'in', [0, 2]],
    ['into one without any', [2], 'in', [1, 0]],
    ['the first has none to go into', [0], 'in', undefined],
    ['out', [0, 0], 'out', [1]],
    ['the root holds it', [1], 'out', undefined],
    ['the root itself', [], 'up', undefined],
  ])('%s', (_, path, way, to) => {
    const m = moved(tree, path, way)
    expect(m?.path).toEqual(to)
    if (!m || !to) return
    expect(nodeAt(m.tree, to)?.name).toBe(nodeAt(tree, path)?.name)
    expect(
      names(m.tree)
        .map(n => n.split(' ')[1])
        .sort(),
    ).toEqual(
      names(tree)
        .map(n => n.split(' ')[1])
        .sort(),
    )
  })
  it('takes along what is in a node, and comes back', () => {
    const m = moved(tree, [2], 'in')
    expect(m && names(m.tree)).toEqual(['1 a', '1.1 a1', '1.2 a2', '2 b', '2.1 c', '2.1.1 c1'])
    const back = m && moved(m.tree, m.path, 'out')
    expect(back && sameTree(back.tree, tree)).toBe(true)
  })
  it('goes no deeper than the server takes', () => {
    let deep: RouteNode = { name: 'leaf' }
    for (let i = 0; i < 14; i++) deep = { name: `n${i}`, routes: [deep] }
    const t: RouteNode = { routes: [{ name: 'x' }, { name: 'y' }, deep] }
    expect(moved(t, [2], 'in')).toBeDefined()
    expect(moved({ routes: [{ name: 'x' }, { name: 'z', routes: [deep] }] }, [1], 'in')).toBeUndefined()
  })
})

it('says what a node comes to', () => {
  expect(effective(tree, [0, 0])).toEqual({ agency: 1, preset: 'raised' })
  expect(effective(tree, [0, 1])).toEqual({ agency: 3, preset: 'raised' })
  expect(effective(tree, [1])).toEqual({ agency: 1 })
})

it('finds what nothing comes to', () => {
  expect(unreached(tree)).toEqual([[0, 1]])
  expect(unreached({ routes: [{ name: 'watch', continue: true }, { name: 'b' }, { name: 'c' }] })).toEqual([[2]])
  expect(
    unreached({
      routes: [
        { name: 'a', when: { networks: [] } },
        { name: 'b', when: { networks: ['vk'] } },
      ],
    }),
  ).toEqual([[1]])
})

it('reads where the server found something wrong', () => {
  expect(placeOf('tree.routes[0].routes[12].agency')).toEqual({ path: [0, 12], field: 'agency' })
  expect(placeOf('tree.routes[3].when.severities[1]')).toEqual({ path: [3], field: 'when.severities' })
  expect(placeOf('tree.routes[3].watchers[1]')).toEqual({ path: [3], field: 'watchers' })
  expect(placeOf('tree.preset')).toEqual({ path: [], field: 'preset' })
  expect(placeOf('tree')).toEqual({ path: [], field: '' })
  expect(placeOf('tree.routes[3]')).toEqual({ path: [3], field: '' })
  expect(placeOf('version')).toBeUndefined()
})

it('takes trees that say the same for the same', () => {
  expect(sameTree({ name: '', when: { places: null }, routes: null }, {})).toBe(true)
  expect(sameTree({ routes: [{ name: 'a', watchers: [] }] }, { routes: [{ name: 'a', continue: false }] })).toBe(true)
  expect(sameTree({ agency: 1 }, { agency: 2 })).toBe(false)
  expect(tidied({ name: 'a', when: { searches: [1], places: [] }, agency: 0 })).toEqual({
    name: 'a',
    when: { searches: [1] },
  })
})
