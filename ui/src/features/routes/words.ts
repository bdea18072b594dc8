import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { agenciesQuery, presetsQuery, searchesQuery, sourcesQuery } from '@/api/queries'
import type { RouteNode, Severity } from '@/api/types'
import { useMe } from '@/app/me'
import { presetTitle } from '@/features/presets/words'
import { type Dictionary, useT } from '@/i18n'
import { numberOf, type Path, rowsOf } from './tree'

/** What the numbers and codes of a tree are called. */
export interface Names {
  agency(id: number): string
  search(id: number): string
  source(id: string): string
  preset(name: string): string
  /** Whether something by this number is still there; true while that is not known. */
  thereIs: { agency(id: number): boolean; search(id: number): boolean }
}

export function useNames(region: string): Names {
  const t = useT()
  const me = useMe()
  const { data: agencies } = useQuery(agenciesQuery)
  const { data: searches } = useQuery({ ...searchesQuery, enabled: me.may('see posts') })
  const { data: sources } = useQuery({ ...sourcesQuery, enabled: me.may('see posts') })
  const { data: presets } = useQuery(presetsQuery(region))
  return useMemo(
    () => ({
      agency: id => agencies?.find(a => a.id === id)?.name ?? `№ ${id}`,
      search: id => searches?.find(s => s.id === id)?.name ?? `№ ${id}`,
      source: id => sources?.find(s => s.source === id)?.title || id,
      preset: name => {
        const p = presets?.find(x => x.name === name)
        return p ? presetTitle(p, t) : name
      },
      thereIs: {
        agency: id => !agencies || agencies.some(a => a.id === id && a.active && a.region === region),
        search: id => !searches || searches.some(s => s.id === id),
      },
    }),
    [agencies, searches, sources, presets, region, t],
  )
}

export type Fact = keyof Dictionary['routes']['facts']

/** nameOf says one value of a condition. */
export function nameOf(fact: string, value: string, names: Names, t: Dictionary): string {
  switch (fact) {
    case 'search':
      return t.routes.quoted(names.search(Number(value)))
    case 'severity':
      return (t.severities[value as Severity] ?? value).toLowerCase()
    case 'network':
      return t.networks[value] ?? value
    case 'source':
      return t.routes.quoted(names.source(value))
    default:
      return value
  }
}

const facts: [Fact, (w: NonNullable<RouteNode['when']>) => (string | number)[] | null | undefined][] = [
  ['region', w => w.regions],
  ['place', w => w.places],
  ['search', w => w.searches],
  ['severity', w => w.severities],
  ['network', w => w.networks],
  ['source', w => w.sources],
]

const SHOWN = 4

/** conditionsOf says what has to hold for a node, part by part. */
export function conditionsOf(node: RouteNode, names: Names, t: Dictionary, most = SHOWN): string[] {
  return facts.flatMap(([fact, of]) => {
    const values = of(node.when ?? {}) ?? []
    if (values.length === 0) return []
    const said = values.slice(0, most).map(v => nameOf(fact, String(v), names, t))
    const more = values.length > most ? t.routes.more(values.length - most) : ''
    return [t.routes.facts[fact](said.join(t.routes.or) + more)]
  })
}

/** sayWhen is the condition of a node as the beginning of a sentence. */
export function sayWhen(node: RouteNode, names: Names, t: Dictionary, most?: number): string {
  const all = conditionsOf(node, names, t, most)
  return all.length > 0 ? `${t.routes.if} ${all.join(t.routes.and)}` : t.routes.always
}

/** extrasOf says what a node gives beside an agency. */
export function extrasOf(node: RouteNode, names: Names, t: Dictionary): string[] {
  return [
    ...(node.preset ? [t.routes.preset(names.preset(node.preset))] : []),
    ...(node.curator ? [t.routes.curator(node.curator)] : []),
    ...(node.watchers?.length ? [t.routes.watchers(node.watchers.join(', '))] : []),
    ...(node.continue ? [t.routes.goesOn] : []),
  ]
}

/** sayNode is a node without its name: on what condition it gives what. */
export function sayNode(node: RouteNode, names: Names, t: Dictionary): string {
  const to = node.agency ? [`→ ${names.agency(node.agency)}`] : []
  return [sayWhen(node, names, t), ...to, ...extrasOf(node, names, t)].join(', ')
}

function line(node: RouteNode, path: Path, names: Names, t: Dictionary): string {
  const head =
    path.length === 0 ? t.routes.root : `${numberOf(path)} ${node.name ?? ''}: ${sayWhen(node, names, t, 1000)}`
  const to = node.agency ? [`→ ${names.agency(node.agency)}`] : []
  return [head, ...to, ...extrasOf(node, names, t)].join('; ')
}

/** sayTree is a whole tree in words, a line a node: what can be compared by eye. */
export function sayTree(tree: RouteNode, names: Names, t: Dictionary): string {
  return [{ path: [] as Path, node: tree }, ...rowsOf(tree)].map(r => line(r.node, r.path, names, t)).join('\n')
}
