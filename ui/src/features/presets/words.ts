import type { components } from '@/api/schema'
import type { Preset } from '@/api/types'
import type { Dictionary } from '@/i18n'

export type Budget = components['schemas']['Budget']

export const clocks = ['route', 'react', 'answer', 'cap', 'final'] as const
export type Clock = (typeof clocks)[number]

export const starts = ['published', 'detected', 'registered', 'assigned', 'entered'] as const
export type Start = (typeof starts)[number]

/** How people count: the server counts minutes, and days where they are whole working ones. */
export const measures = ['working_hours', 'working_minutes', 'hours', 'minutes', 'working_days'] as const
export type Measure = (typeof measures)[number]

const unitOf: Record<Measure, [string, number]> = {
  working_hours: ['working', 60],
  working_minutes: ['working', 1],
  hours: ['wall', 60],
  minutes: ['wall', 1],
  working_days: ['working_days', 1],
}

/** measured gives a budget as people say it: 540 working minutes are 9 working hours. */
export function measured(b: Budget): { amount: number; measure: Measure } {
  if (b.unit === 'working_days') return { amount: b.amount, measure: 'working_days' }
  const whole = b.amount % 60 === 0
  const amount = whole ? b.amount / 60 : b.amount
  if (b.unit === 'wall') return { amount, measure: whole ? 'hours' : 'minutes' }
  return { amount, measure: whole ? 'working_hours' : 'working_minutes' }
}

/** budgetOf is the way back. */
export function budgetOf(amount: number, measure: Measure, from: Start): Budget {
  const [unit, minutes] = unitOf[measure]
  return { amount: amount * minutes, unit, from }
}

/** A preset's name for people; one that an installation begins with has it in both languages. */
export function presetTitle(p: Pick<Preset, 'name' | 'title' | 'built_in' | 'version'>, t: Dictionary): string {
  const own = p.built_in && p.version === 0 ? t.presets.titles[p.name as keyof typeof t.presets.titles] : undefined
  return own ?? (p.title || p.name)
}

/** sayStart says from when a clock runs; the beginning of a stage has a name of its own where the clock has one stage. */
export function sayStart(clock: Clock, from: string, t: Dictionary): string {
  const own = from === 'entered' ? t.presets.entered[clock as keyof typeof t.presets.entered] : undefined
  return own ?? t.presets.starts[from as Start] ?? from
}

/** sayBudget is «за 9 рабочих часов с назначения ведомства». */
export function sayBudget(clock: Clock, b: Budget, t: Dictionary): string {
  const { amount, measure } = measured(b)
  return `${t.presets.within[measure](amount)} ${sayStart(clock, b.from, t)}`
}

/** sayPreset is a whole preset in words, a line a clock: what can be compared by eye. */
export function sayPreset(p: Pick<Preset, 'title' | 'clocks'>, t: Dictionary): string {
  return [
    p.title,
    ...clocks.flatMap(c => {
      const b = p.clocks[c]
      return b ? [`${t.presets.clocks[c]}: ${sayBudget(c, b, t)}`] : []
    }),
  ].join('\n')
}

/**
 * forSeverity gives the preset that counts for incidents of a severity where
 * neither the rule nor the route names one: that of its name, else the standard.
 */
export function forSeverity(severity: string, presets: Preset[]): Preset | undefined {
  return presets.find(p => p.name === severity) ?? presets.find(p => p.name === 'standard')
}

const latin: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'h',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'sch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
}

/** plainName makes of a title the short name that rules and routes keep, unlike all that are taken. */
export function plainName(title: string, taken: string[]): string {
  const plain = [...title.toLowerCase()]
    .map(c => latin[c] ?? c)
    .join('')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 30)
    .replace(/-+$/, '')
  const base = plain || 'preset'
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`
    if (!taken.includes(name)) return name
  }
}
