import type { RouteNode } from '@/api/types'
import { type Shifts, sayShifts } from '@/features/agencies/shifts'
import { type Budget, type Clock, clocks, sayBudget } from '@/features/presets/words'
import { browserOf } from '@/features/profile/browser'
import { numberOf, type Path, tidied } from '@/features/routes/tree'
import { conditionsOf, type Names, sayNode } from '@/features/routes/words'
import { everyName } from '@/features/sources/words'
import { type Dictionary, word } from '@/i18n'
import { languages } from '@/i18n/language'
import type { AuditChange, AuditEvent } from './data'

const LONGEST = 120 // characters of a value
const MOST = 10 // lines about one tree of routes

export interface Words {
  t: Dictionary
  region(code: string): string
  /** A moment, as people say it. */
  when(at: string): string
  names: Names
}

const words = (t: Dictionary): Record<string, Record<string, string>> => ({
  role: t.roles,
  way: t.log.ways,
  severity: t.severities,
  mode: t.rules.modes,
  network: t.networks,
  visibility: t.visibilities,
  class: t.about.classes,
  language: Object.fromEntries(languages.map(l => [l.id, l.name])),
})

const cut = (s: string) => ([...s].length > LONGEST ? `${[...s].slice(0, LONGEST).join('')}…` : s)

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Whether a value was too long to be kept, and only its size is known. */
const isLong = (v: unknown): boolean => isObject(v) && typeof v.bytes === 'number'

/** A value of a field as people read it; never as a program writes it. */
export function shown(field: string, value: unknown, w: Words): string {
  if (value === undefined || value === null || value === '') return '—'
  if (typeof value === 'boolean') return value ? w.t.common.yes : w.t.common.no
  if (isLong(value)) return w.t.log.long
  if (field === 'clocks' && isObject(value)) return sayClocks(value, w.t).join('; ') || '—'
  if (field === 'shifts' && isObject(value)) return sayShifts(value as Shifts, w.t)
  if (field === 'when' && isObject(value))
    return conditionsOf({ name: '', when: value }, w.names, w.t).join(w.t.routes.and) || '—'
  if (Array.isArray(value))
    return value.some(v => typeof v === 'object')
      ? w.t.count.records(value.length)
      : value.map(v => shown(field, v, w)).join(', ') || '—'
  if (typeof value === 'object') return w.t.log.long
  return cut(said(field, value, w))
}

/** What is one word or number. */
function said(field: string, value: unknown, { t, region, when, names }: Words): string {
  const s = String(value)
  switch (field) {
    case 'regions':
    case 'region':
      return region(s)
    case 'agent':
      return browserOf(s)
    case 'agency':
    case 'agencies':
      return names.agency(Number(s))
    case 'search':
      return t.routes.quoted(names.search(Number(s)))
    case 'preset':
      return t.routes.quoted(names.preset(s))
    case 'every':
      return everyName(s, t)
    case 'expires_at':
      return when(s)
    default:
      return word(words(t)[field] ?? {}, s)
  }
}

/** Fields that are called otherwise where they belong to this. */
const own = (thing: string, t: Dictionary): Record<string, string> =>
  ({
    person: { name: t.common.personName },
    preset: { name: t.presets.plain },
    search: { sealed: t.searches.sealed },
    source: { enabled: t.sources.enabled },
    glossary: { revision: t.glossary.number, lines: t.glossary.lines },
  })[thing] ?? {}

/** What changed of a field: «Роль: куратор → руководитель». */
export function changeOf(thing: string, field: string, c: AuditChange, w: Words): string {
  const name = own(thing, w.t)[field] ?? word(w.t.log.fields, field)
  const is = shown(field, c.is, w)
  return c.was === undefined ? `${name}: ${is}` : `${name}: ${shown(field, c.was, w)} → ${is}`
}

/** Whether there is nothing in a value that people would want to read. */
const isEmpty = (v: unknown): boolean =>
  v === undefined || v === null || v === '' || (typeof v === 'object' && Object.keys(v).length === 0)

/** changesOf says what an event has changed, a line a change. */
export function changesOf(e: Pick<AuditEvent, 'thing' | 'kind' | 'changes'>, w: Words): string[] {
  return Object.entries(e.changes ?? {}).flatMap(([field, c]) => {
    if (isEmpty(c.was) && isEmpty(c.is)) return []
    // What was made has its number from the server, and says so itself.
    if (field === 'id' && !c.is) return []
    if (field === 'clocks' && !isLong(c.was) && !isLong(c.is)) return clockChanges(c, w.t)
    if (field === 'routes' && !isLong(c.was) && !isLong(c.is)) return routeChanges(c, w)
    return [changeOf(e.thing, field, c, w)]
  })
}

const budget = (all: unknown, c: Clock): Budget | undefined => {
  const b = isObject(all) ? all[c] : undefined
  return isObject(b) && typeof b.amount === 'number' && b.amount > 0 ? (b as unknown as Budget) : undefined
}

const sayClocks = (all: unknown, t: Dictionary): string[] =>
  clocks.flatMap(c => {
    const b = budget(all, c)
    return b ? [`${t.presets.clocks[c]}: ${sayBudget(c, b, t)}`] : []
  })

/** The clocks that are others now: «Ответить жителю: за 9 рабочих часов … → за 4 рабочих часа …». */
function clockChanges({ was, is }: AuditChange, t: Dictionary): string[] {
  if (was === undefined) return sayClocks(is, t)
  return clocks.flatMap(c => {
    const say = (all: unknown) => {
      const b = budget(all, c)
      return b ? sayBudget(c, b, t) : t.presets.off
    }
    return say(was) === say(is) ? [] : [`${t.presets.clocks[c]}: ${say(was)} → ${say(is)}`]
  })
}

/** What changed among the nodes of a tree, a line a node; of very many changes only the first ones. */
function routeChanges({ was, is }: AuditChange, w: Words): string[] {
  const all = levels((was ?? []) as RouteNode[], (is ?? []) as RouteNode[], [], w)
  return all.length > MOST ? [...all.slice(0, MOST), w.t.log.routes.more(all.length - MOST)] : all
}

const named = (n: RouteNode, path: Path, { t }: Words): string => `${numberOf(path)} ${t.routes.quoted(n.name ?? '')}`

/** What a node is besides its name. */
const bodyOf = (n: RouteNode): string => JSON.stringify({ ...tidied(n), name: '' })

/** Nodes of before and of now that are the same one: by name, else by everything but the name. */
function pairs(was: RouteNode[], is: RouteNode[]): Map<RouteNode, RouteNode> {
  const out = new Map<RouteNode, RouteNode>()
  const taken = new Set<RouteNode>()
  for (const same of [
    (a: RouteNode, b: RouteNode) => a.name === b.name,
    (a: RouteNode, b: RouteNode) => bodyOf(a) === bodyOf(b),
  ])
    for (const b of is) {
      const a = out.has(b) ? undefined : was.find(x => !taken.has(x) && same(x, b))
      if (!a) continue
      out.set(b, a)
      taken.add(a)
    }
  return out
}

const parts = ['when', 'agency', 'preset', 'curator', 'watchers', 'continue'] as const

/** The nodes of one level: gone, new, changed, in another order; then what is in them. */
function levels(was: RouteNode[], is: RouteNode[], at: Path, w: Words): string[] {
  const { routes } = w.t.log
  const before = pairs(was, is)
  const kept = is.flatMap(b => before.get(b) ?? [])
  const places = kept.map(a => was.indexOf(a))
  const turned = places.some((place, i) => place < (places[i - 1] ?? -1))
  return [
    ...was.flatMap((a, i) => (kept.includes(a) ? [] : [routes.removed(named(a, [...at, i], w))])),
    ...(turned ? [at.length > 0 ? routes.orderIn(numberOf(at)) : routes.order] : []),
    ...is.flatMap((b, i) => {
      const path = [...at, i]
      const a = before.get(b)
      if (!a) return [routes.added(named(b, path, w), sayNode(b, w.names, w.t)), ...levels([], b.routes ?? [], path, w)]
      return [
        ...(a.name !== b.name ? [routes.renamed(named(a, path, w), w.t.routes.quoted(b.name ?? ''))] : []),
        ...nodeChanges(a, b, path, w),
        ...levels(a.routes ?? [], b.routes ?? [], path, w),
      ]
    }),
  ]
}

function nodeChanges(a: RouteNode, b: RouteNode, path: Path, w: Words): string[] {
  const said = parts.flatMap(field => {
    const value = (n: RouteNode) => (field === 'continue' ? (n.continue ?? false) : n[field] || undefined)
    if (shown(field, value(a), w) === shown(field, value(b), w)) return []
    return [changeOf('route', field, { was: value(a) ?? '', is: value(b) }, w)]
  })
  return said.length > 0 ? [w.t.log.routes.changed(named(b, path, w), said.join('; '))] : []
}
