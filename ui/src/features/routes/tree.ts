import type { RouteNode } from '@/api/types'

/** Where a node stands: places among the nodes beside it, from the root; [] is the root. */
export type Path = readonly number[]

export const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((n, i) => n === b[i])

/** Deeper than this the server takes no node. */
export const DEEPEST = 16

const children = (n: RouteNode): RouteNode[] => n.routes ?? []

export function nodeAt(tree: RouteNode, path: Path): RouteNode | undefined {
  let n: RouteNode | undefined = tree
  for (const i of path) n = n && children(n)[i]
  return n
}

/** changed gives a tree with another node in a place; without one it is the tree without the place. */
export function changed(tree: RouteNode, path: Path, change: (n: RouteNode) => RouteNode | undefined): RouteNode {
  const [first, ...rest] = path
  if (first === undefined) return change(tree) ?? tree
  const routes = children(tree).flatMap((n, i) => {
    if (i !== first) return [n]
    if (rest.length > 0) return [changed(n, rest, change)]
    const next = change(n)
    return next ? [next] : []
  })
  return { ...tree, routes }
}

/** inserted puts a node into a place; what stands there and below moves down. */
export function inserted(tree: RouteNode, path: Path, node: RouteNode): RouteNode {
  const at = path[path.length - 1] ?? 0
  return changed(tree, path.slice(0, -1), n => ({ ...n, routes: children(n).toSpliced(at, 0, node) }))
}

export const removed = (tree: RouteNode, path: Path): RouteNode => changed(tree, path, () => undefined)

/** The place right below a node, beside it. */
export const nextOf = (path: Path): Path => [...path.slice(0, -1), (path[path.length - 1] ?? 0) + 1]

export type Direction = 'up' | 'down' | 'in' | 'out'

/** targetOf says where a node goes that is moved: beside others, into the one before it, out of the one it is in. */
export function targetOf(tree: RouteNode, path: Path, way: Direction): Path | undefined {
  const last = path[path.length - 1]
  const parent = path.slice(0, -1)
  if (last === undefined) return undefined
  const beside = children(nodeAt(tree, parent) ?? {})
  switch (way) {
    case 'up':
      return last > 0 ? [...parent, last - 1] : undefined
    case 'down':
      return last < beside.length - 1 ? [...parent, last + 1] : undefined
    case 'in': {
      const before = beside[last - 1]
      const node = beside[last]
      if (!before || !node || path.length + heightOf(node) > DEEPEST) return undefined
      return [...parent, last - 1, children(before).length]
    }
    case 'out': {
      const above = parent[parent.length - 1]
      return above === undefined ? undefined : nextOf(parent)
    }
  }
}

/** How many levels a node has, itself included. */
const heightOf = (n: RouteNode): number => 1 + Math.max(0, ...children(n).map(heightOf))

/** moved gives the tree with a node moved, and where the node is then; undefined where it can't go there. */
export function moved(tree: RouteNode, path: Path, way: Direction): { tree: RouteNode; path: Path } | undefined {
  const to = targetOf(tree, path, way)
  const node = nodeAt(tree, path)
  if (!to || !node) return undefined
  return { tree: inserted(removed(tree, path), to, node), path: to }
}

export interface Row {
  path: Path
  node: RouteNode
}

/** rowsOf gives the nodes below the root as they are read: from above, each before what is in it. */
export function rowsOf(tree: RouteNode, path: Path = []): Row[] {
  return children(tree).flatMap((node, i) => {
    const here = [...path, i]
    return [{ path: here, node }, ...rowsOf(node, here)]
  })
}

/** «1.2.1», as people number what is nested. */
export const numberOf = (path: Path): string => path.map(i => i + 1).join('.')

/** effective gives what a node comes to with what it has from the nodes above. */
export function effective(tree: RouteNode, path: Path): Pick<RouteNode, 'agency' | 'curator' | 'preset'> {
  const out: Pick<RouteNode, 'agency' | 'curator' | 'preset'> = {}
  for (let i = 0; i <= path.length; i++) {
    const n = nodeAt(tree, path.slice(0, i))
    if (n?.agency) out.agency = n.agency
    if (n?.curator) out.curator = n.curator
    if (n?.preset) out.preset = n.preset
  }
  return out
}

export const unconditional = (n: RouteNode): boolean =>
  Object.values(n.when ?? {}).every(list => !list || list.length === 0)

/** unreached gives the nodes that nothing comes to: before each stands one that takes everything and does not go on. */
export function unreached(tree: RouteNode): Path[] {
  const out: Path[] = []
  const walk = (n: RouteNode, path: Path) => {
    const all = children(n)
    const end = all.findIndex(c => unconditional(c) && !c.continue)
    all.forEach((c, i) => {
      if (end !== -1 && i > end) out.push([...path, i])
      walk(c, [...path, i])
    })
  }
  walk(tree, [])
  return out
}

/** placeOf reads where the server found something wrong: «tree.routes[0].when.severities[1]». */
export function placeOf(field: string): { path: Path; field: string } | undefined {
  const m = /^tree((?:\.routes\[\d+\])*)(?:\.(.+?))?(?:\[\d+\])?$/.exec(field)
  if (!m) return undefined
  const path = [...(m[1] ?? '').matchAll(/\[(\d+)\]/g)].map(x => Number(x[1]))
  return { path, field: m[2] ?? '' }
}

/** tidied leaves out what is empty: the server fills it in, and two trees that say the same are the same. */
export function tidied(n: RouteNode): RouteNode {
  const when = Object.fromEntries(Object.entries(n.when ?? {}).filter(([, list]) => list && list.length > 0))
  const routes = children(n).map(tidied)
  return {
    ...(n.name ? { name: n.name } : {}),
    ...(Object.keys(when).length > 0 ? { when } : {}),
    ...(n.agency ? { agency: n.agency } : {}),
    ...(n.curator ? { curator: n.curator } : {}),
    ...(n.preset ? { preset: n.preset } : {}),
    ...(n.watchers?.length ? { watchers: n.watchers } : {}),
    ...(n.continue ? { continue: true } : {}),
    ...(routes.length > 0 ? { routes } : {}),
  }
}

export const sameTree = (a: RouteNode, b: RouteNode): boolean => JSON.stringify(tidied(a)) === JSON.stringify(tidied(b))
