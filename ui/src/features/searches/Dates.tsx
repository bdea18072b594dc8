import { useMoment } from '@/components/Time'
import { useSpeech } from '@/i18n'
import { dayOf, sayDay } from '@/lib/dates'
import { daysOf } from '@/lib/query'
import css from './Searches.module.css'

/** Dates warns that the days of a query stay where they are, when it is kept or a rule works by it. */
export function Dates({ query, rule }: { query: string; rule?: boolean }) {
  const { t, language } = useSpeech()
  const m = useMoment()
  const { since, until } = daysOf(query)
  if (!until && (!since || rule)) return null
  const words = rule ? t.rules : t.searches
  const say = (day: string) => sayDay(day, language)
  return (
    <p className={css.warning} role="status">
      {!until
        ? t.searches.fixedDays(say(since ?? ''))
        : until < dayOf(m.now, m.zone)
          ? words.untilPast(say(until))
          : words.until(say(until))}
    </p>
  )
}
