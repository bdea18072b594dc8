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

/** Due is the clock of an incident: how long is left, or how late it is; long says it in words. */
export function Due({ due, clock, region, long }: Props) {
  const t = useT()
  const m = useMoment(region)
  if (!due) return <span className="o-dim">{long ? t.due.none : '—'}</span>
  const at = new Date(due)
  const ms = at.getTime() - m.now.getTime()
  const level = ms < 0 ? 'late' : ms < SOON ? 'soon' : 'calm'
  const left = span(ms, m.language)
  const name = clock ? t.clocks[clock as keyof typeof t.clocks] : undefined
  return (
    <span className={css.due} data-level={level} title={`${name ? `${name}: ` : ''}${exact(at, m)}`}>
      {level === 'late' ? <IconFlame size={14} aria-hidden /> : <IconClock size={14} aria-hidden />}
      {long ? (
        <span>
          {name ? `${name}: ` : ''}
          {level === 'late' ? t.due.late(left) : t.due.left(left)}
          {', '}
          {level === 'late' ? t.due.was(when(at, m)) : t.due.until(when(at, m))}
        </span>
      ) : (
        // The icon and the sign say it to the eye in a tenth of the room.
        <span>
          <span className="o-hidden">{level === 'late' ? t.due.late(left) : t.due.left(left)}</span>
          <span aria-hidden>
            {level === 'late' ? '−' : ''}
            {left}
          </span>
        </span>
      )}
    </span>
  )
}
