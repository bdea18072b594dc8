import type { Dictionary, Language } from '@/i18n'
import { counter } from '@/i18n/plural'
import { span } from '@/lib/dates'
import type { Stage } from './data'

export type Level = 'ok' | 'warn' | 'bad' | 'off'

/** From here on a stage that is behind is shown as a trouble. */
const BAD = 5 * 60
/** What has come within a minute is on its way, not behind. */
const NOW = 60

/** How a stage is, in words: «отстаёт на 3 мин, 1 240 записей». */
export function stageWords(t: Dictionary, language: Language, s: Stage): { level: Level; text: string } {
  const by = span(s.behind_seconds * 1000, language)
  if (!s.known) return { level: 'bad', text: t.status.unknown(by) }
  const waiting = s.stage === 'reading' ? t.count.sources(s.waiting) : t.count.records(s.waiting)
  if (s.waiting <= 0) return { level: 'ok', text: t.status.onTime }
  if (s.behind_seconds < NOW) return { level: 'ok', text: `${t.status.onTime}, ${t.status.passing(waiting)}` }
  return { level: s.behind_seconds >= BAD ? 'bad' : 'warn', text: t.status.behind(by, waiting) }
}

/** A time as people say it after «на»: «12 минут», «1 минуту», «3 часа». */
export function inFull(seconds: number, language: Language): string {
  const c = counter(language)
  const ru = language === 'ru'
  const minutes = Math.max(1, Math.floor(seconds / 60))
  const hours = Math.floor(minutes / 60)
  if (minutes < 60) return ru ? c.count(minutes, 'минуту', 'минуты', 'минут') : c.count(minutes, 'minute', 'minutes')
  if (hours < 48) return ru ? c.count(hours, 'час', 'часа', 'часов') : c.count(hours, 'hour', 'hours')
  const days = Math.floor(hours / 24)
  return ru ? c.count(days, 'день', 'дня', 'дней') : c.count(days, 'day', 'days')
}

/**
 * What everybody is told where the line is behind; undefined where it is not.
 * Of several stages the one that is furthest behind is named; whoever sees no
 * posts is told what it means for incidents.
 */
export function lateWords(t: Dictionary, language: Language, late: Stage[], seesPosts: boolean): string | undefined {
  const worst = late.reduce<Stage | undefined>((a, b) => (a && a.behind_seconds >= b.behind_seconds ? a : b), undefined)
  if (!worst) return undefined
  const by = inFull(worst.behind_seconds, language)
  return seesPosts ? t.status.late[worst.stage](by) : t.status.late.desk(by)
}

/** A size of bytes for people. */
export function bytes(n: number, language: Language): string {
  const c = counter(language)
  const ru = language === 'ru'
  if (n < 1000) return `${c.number(n)}\u00a0${ru ? 'Б' : 'B'}`
  if (n < 1e6) return `${c.number(Math.round(n / 100) / 10)}\u00a0${ru ? 'КБ' : 'kB'}`
  return `${c.number(Math.round(n / 1e5) / 10)}\u00a0${ru ? 'МБ' : 'MB'}`
}
