import type { Language } from '@/i18n/language'
import { counter } from '@/i18n/plural'
import { NBSP } from '@/i18n/typeset'

const formats = new Map<string, Intl.DateTimeFormat>()

// Making a DateTimeFormat costs a hundred times what using it does.
function format(language: Language, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}|${zone}|${JSON.stringify(options)}`
  let f = formats.get(key)
  if (!f) {
    try {
      f = new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', { ...options, timeZone: zone })
    } catch {
      f = new Intl.DateTimeFormat(language === 'ru' ? 'ru-RU' : 'en-GB', { ...options, timeZone: 'UTC' })
    }
    formats.set(key, f)
  }
  return f
}

/** The zone of the machine in front of the reader. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** The day of a moment in a zone, as 2026-11-24. */
export function dayOf(at: Date, zone: string): string {
  const f = format('en', zone, { year: 'numeric', month: '2-digit', day: '2-digit' })
  const parts = Object.fromEntries(f.formatToParts(at).map(p => [p.type, p.value]))
  return `${parts.year}-${parts.month}-${parts.day}`
}

const DAY = 24 * 3600 * 1000

/** Whole days between two moments as the calendar of a zone counts them. */
export function daysBetween(from: Date, to: Date, zone: string): number {
  return Math.round((Date.parse(dayOf(to, zone)) - Date.parse(dayOf(from, zone))) / DAY)
}

const words = {
  ru: { today: 'сегодня', yesterday: 'вчера', tomorrow: 'завтра', at: ' в ' },
  en: { today: 'today', yesterday: 'yesterday', tomorrow: 'tomorrow', at: ' at ' },
}

export interface Moment {
  language: Language
  zone: string
  now: Date
}

/** «сегодня в 14:05», «вчера в 09:10», «12 ноября в 14:05», «12 ноября 2025 г.». */
export function when(at: Date, m: Moment): string {
  if (Number.isNaN(at.getTime())) return '—'
  const w = words[m.language]
  const time = format(m.language, m.zone, { hour: '2-digit', minute: '2-digit' }).format(at)
  const days = daysBetween(at, m.now, m.zone)
  const day = days === 0 ? w.today : days === 1 ? w.yesterday : days === -1 ? w.tomorrow : undefined
  if (day) return `${day}${w.at}${time}`.replace(/ (в|at) /, `${NBSP}$1${NBSP}`)
  if (dayOf(at, m.zone).slice(0, 4) === dayOf(m.now, m.zone).slice(0, 4)) {
    const date = format(m.language, m.zone, { day: 'numeric', month: 'long' }).format(at)
    return `${date}${w.at}${time}`.replaceAll(/\s/g, NBSP)
  }
  return format(m.language, m.zone, { day: 'numeric', month: 'long', year: 'numeric' })
    .format(at)
    .replaceAll(/\s/g, NBSP)
}

/** For narrow columns: «14:05», «вчера 09:10», «12 ноя», «12.11.2025». */
export function whenShort(at: Date, m: Moment): string {
  if (Number.isNaN(at.getTime())) return '—'
  const w = words[m.language]
  const time = format(m.language, m.zone, { hour: '2-digit', minute: '2-digit' }).format(at)
  const days = daysBetween(at, m.now, m.zone)
  if (days === 0) return time
  if (days === 1) return `${w.yesterday}${NBSP}${time}`
  if (days === -1) return `${w.tomorrow}${NBSP}${time}`
  if (dayOf(at, m.zone).slice(0, 4) === dayOf(m.now, m.zone).slice(0, 4)) {
    const date = format(m.language, m.zone, { day: 'numeric', month: 'short' }).format(at).replace(/\.$/, '')
    return `${date} ${time}`.replaceAll(/\s/g, NBSP)
  }
  return format(m.language, m.zone, { day: '2-digit', month: '2-digit', year: 'numeric' }).format(at)
}

/** A day as people write it: «24 ноября 2026 г.». */
export const sayDay = (day: string, language: Language): string =>
  format(language, 'UTC', { day: 'numeric', month: 'long', year: 'numeric' })
    .format(new Date(`${day}T12:00:00Z`))
    .replaceAll(/\s/g, NBSP)

/** The exact time: «вторник, 24 ноября 2026 г., 14:05:33, Asia/Vladivostok (UTC+10)». */
export function exact(at: Date, m: Moment): string {
  if (Number.isNaN(at.getTime())) return '—'
  const date = format(m.language, m.zone, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(at)
  const offset = format('en', m.zone, { timeZoneName: 'shortOffset' })
    .formatToParts(at)
    .find(p => p.type === 'timeZoneName')
    ?.value.replace('GMT', 'UTC')
  return `${date.replace(/ в (?=\d\d:)| at (?=\d\d:)/, ', ')}, ${m.zone} (${offset})`
}

/** «только что», «5 мин»; undefined for what is more than an hour ago, or not yet. */
export function ago(at: Date, m: Moment): string | undefined {
  const ms = m.now.getTime() - at.getTime()
  if (!(ms > -60_000 && ms < 3600_000)) return undefined
  if (ms < 60_000) return m.language === 'ru' ? `только${NBSP}что` : `just${NBSP}now`
  return span(ms, m.language)
}

/** A zone's distance from UTC at a moment, in minutes. */
export function offsetOf(at: Date, zone: string): number {
  const name = format('en', zone, { timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(p => p.type === 'timeZoneName')?.value
  const [, sign, h, min] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? []
  return sign ? (sign === '-' ? -1 : 1) * (Number(h) * 60 + Number(min)) : 0
}

/** The moment at which a day (2026-11-24) begins in a zone. */
export function startOfDay(day: string, zone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`)
  const guess = new Date(utc - offsetOf(new Date(utc), zone) * 60_000)
  // Where the clocks were moved in between, the first guess is an hour off.
  return new Date(utc - offsetOf(guess, zone) * 60_000)
}

/** A day of the calendar with its weekday: «вт, 24 ноя», "Tue, 24 Nov". */
export function weekday(day: string, language: Language): string {
  return format(language, 'UTC', { weekday: 'short', day: 'numeric', month: 'short' })
    .format(new Date(`${day}T12:00:00Z`))
    .replace(/\.$/, '')
    .replaceAll(/\s/g, NBSP)
}

/** How people name a zone that is not theirs: «мск+7», UTC+10. */
export function zoneMark(at: Date, zone: string, language: Language): string {
  const hours = offsetOf(at, zone) / 60 - (language === 'ru' ? 3 : 0)
  const figure = hours === 0 ? '' : `${hours > 0 ? '+' : '−'}${Math.abs(hours)}`
  return (language === 'ru' ? 'мск' : 'UTC') + figure
}

/** How long: «40 мин», «2 ч 15 мин», «3 дня 4 ч». Always positive. */
export function span(ms: number, language: Language): string {
  const c = counter(language)
  const minutes = Math.max(0, Math.floor(Math.abs(ms) / 60000))
  const ru = language === 'ru'
  const min = (n: number) => `${n}${NBSP}${ru ? 'мин' : 'min'}`
  const hour = (n: number) => `${n}${NBSP}${ru ? 'ч' : 'h'}`
  if (minutes < 1) return ru ? `меньше${NBSP}минуты` : `less than a${NBSP}minute`
  if (minutes < 60) return min(minutes)
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? `${hour(hours)} ${min(minutes % 60)}` : hour(hours)
  const days = Math.floor(hours / 24)
  const d = ru ? c.count(days, 'день', 'дня', 'дней') : c.count(days, 'day', 'days')
  return hours % 24 && days < 7 ? `${d} ${hour(hours % 24)}` : d
}
