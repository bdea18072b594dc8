import { IconClock, IconFlame } from '@tabler/icons-react'
import { useT } from '@/i18n'
import { exact, span, when } from '@/lib/dates'
import css from './Due.module.css'
import { useMoment } from './Time'

interface Props {
  due: string | null | undefined
  clock?: string | undefined
  region?: string | undefined
  long?: boolean
}

const SOON = 60 * 60_000

/** Due is the clock of an incident: how long is left, or how late it is. */
export function Due({ due, clock, region, long }: Props) {
  const t = useT()
  const m = useMoment(region)
  if (!due) return <span className="o-dim">{long ? t.due.none : '—'}</span>
  const at = new Date(due)
  const left = at.getTime() - m.now.getTime()
  const level = left < 0 ? 'late' : left < SOON ? 'soon' : 'calm'
  const text = left < 0 ? t.due.late(span(left, m.language)) : t.due.left(span(left, m.language))
  const name = clock ? t.clocks[clock as keyof typeof t.clocks] : undefined
  return (
    <span className={css.due} data-level={level} title={`${name ? `${name}: ` : ''}${exact(at, m)}`}>
      {level === 'late' ? <IconFlame size={14} aria-hidden /> : <IconClock size={14} aria-hidden />}
      <span>
        {long && name ? `${name}: ` : ''}
        {text}
        {long ? `, ${t.due.until(when(at, m))}` : ''}
      </span>
    </span>
  )
}
