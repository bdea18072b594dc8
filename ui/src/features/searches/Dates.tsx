import { Alert } from '@mantine/core'
import { useSpeech } from '@/i18n'
import { sayDay } from '@/lib/dates'
import { daysOf } from '@/lib/query'

/** Dates warns that the days of a query stay where they are, when it is kept or a rule works by it. */
export function Dates({ query, rule }: { query: string; rule?: boolean }) {
  const { t, language } = useSpeech()
  const { since, until } = daysOf(query)
  if (!until && (!since || rule)) return null
  return (
    <Alert variant="light" color="yellow" p="xs" role="status">
      {until
        ? rule
          ? t.rules.until(sayDay(until, language))
          : t.searches.until(sayDay(until, language))
        : t.searches.fixedDays(sayDay(since ?? '', language))}
    </Alert>
  )
}
