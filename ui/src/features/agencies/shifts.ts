import { clockTime } from '@/features/presets/Example'
import type { Dictionary } from '@/i18n'
import { NBSP } from '@/i18n/typeset'

export interface Shift {
  from: number
  to: number
}

/** Shifts as the server keeps them: by weekday, Sunday is 0; none at all are office hours. */
export type Shifts = Record<string, Shift[] | null>

/** The days of a week as it begins here. */
export const week = [1, 2, 3, 4, 5, 6, 0] as const

const WJ = '\u2060' // keeps a line from breaking beside a dash

export const DAY = 24 * 60

export const office = (): Shifts => Object.fromEntries([1, 2, 3, 4, 5].map(d => [String(d), [{ from: 540, to: 1080 }]]))

export const always = (): Shifts => Object.fromEntries(week.map(d => [String(d), [{ from: 0, to: DAY }]]))

export type Kind = 'office' | 'always' | 'own'

const hours = (s: Shift[] | null | undefined): string =>
  (s ?? []).map(x => `${clockTime(x.from)}–${clockTime(x.to)}`).join(', ')

const same = (a: Shifts, b: Shifts): boolean => week.every(d => hours(a[d]) === hours(b[d]))

export function kindOf(s: Shifts | null | undefined): Kind {
  if (!s || Object.keys(s).length === 0 || same(s, office())) return 'office'
  return same(s, always()) ? 'always' : 'own'
}

/** sayShifts is «пн–пт 9:00–18:00, сб 10:00–14:00»: days that are alike stand together. */
export function sayShifts(s: Shifts | null | undefined, t: Dictionary): string {
  if (kindOf(s) === 'always') return t.agencies.roundTheClock
  const all = !s || Object.keys(s).length === 0 ? office() : s
  const runs: { from: number; to: number; hours: string }[] = []
  week.forEach((d, i) => {
    const h = hours(all[d])
    const last = runs[runs.length - 1]
    if (last && last.to === i - 1 && last.hours === h) last.to = i
    else runs.push({ from: i, to: i, hours: h })
  })
  const name = (i: number) => t.agencies.days[week[i] ?? 0] ?? ''
  return runs
    .filter(r => r.hours)
    .map(r => {
      const days = r.from === r.to ? name(r.from) : `${name(r.from)}${r.to === r.from + 1 ? ', ' : '–'}${name(r.to)}`
      return `${days}${NBSP}${r.hours}`.replaceAll('–', `${WJ}–${WJ}`)
    })
    .join('; ')
}

/** minutesOf reads an hour as people write it: 9, 9:30, 09.30, 930, 24:00. */
export function minutesOf(typed: string): number | undefined {
  const m = /^(\d{1,2})(?:[:.\s]?(\d{2}))?$/.exec(typed.trim())
  if (!m) return undefined
  const n = Number(m[1]) * 60 + Number(m[2] ?? 0)
  return Number(m[2] ?? 0) < 60 && n <= DAY ? n : undefined
}

/** A secret for signatures that nobody can guess. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
}
