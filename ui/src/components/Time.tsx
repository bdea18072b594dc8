import { useMemo } from 'react'
import { useNow } from '@/app/now'
import { useSpeech } from '@/i18n'
import { ago, exact, type Moment, offsetOf, when, whenShort, zoneMark } from '@/lib/dates'
import { useZone } from './Regions'

export function useMoment(region?: string | null): Moment {
  const { language } = useSpeech()
  const zone = useZone(region)
  const now = useNow()
  return useMemo(() => ({ language, zone, now: new Date(now) }), [language, zone, now])
}

interface Props {
  at: string | null | undefined
  region?: string | null | undefined
  short?: boolean
  /** The last hour as minutes: in a list of many zones they can be compared. */
  recent?: boolean
}

/** Time says when as people do, in the zone of the region; exactly on hover. */
export function Time({ at, region, short, recent }: Props) {
  const m = useMoment(region)
  if (!at) return <span className="o-dim">—</span>
  const d = new Date(at)
  const fresh = recent ? ago(d, m) : undefined
  // The hour of another zone must not be taken for one's own.
  const foreign = !fresh && offsetOf(d, m.zone) !== -d.getTimezoneOffset()
  return (
    <time dateTime={at} title={exact(d, m)} className="o-nowrap">
      {fresh ?? (short ? whenShort(d, m) : when(d, m))}
      {foreign && <span className="o-zone"> {zoneMark(d, m.zone, m.language)}</span>}
    </time>
  )
}
