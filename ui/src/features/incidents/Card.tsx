import { Link } from '@tanstack/react-router'
import type { Incident } from '@/api/types'
import { AgencyName, RegionName, SeverityMark, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import { useOneRegion } from '@/components/Regions'
import { useT } from '@/i18n'
import css from './Card.module.css'
import { DecisionMenu } from './Decisions'

/** Card is an incident on the board, in the queue and on a phone. */
export function Card({ incident: i, state = true, region }: { incident: Incident; state?: boolean; region?: boolean }) {
  const t = useT()
  const oneRegion = useOneRegion()
  return (
    <div className={css.whole} data-number={i.number}>
      <Link
        to="/incidents/$number"
        params={{ number: String(i.number) }}
        className={css.card}
        data-item
        data-late={i.overdue || undefined}
      >
        <span className={css.top}>
          <span className={css.number}>№ {i.number}</span>
          <SeverityMark severity={i.severity} />
          {i.posts_total > 1 && <span title={t.count.posts(i.posts_total)}>×{i.posts_total}</span>}
          {state && (
            <span className={css.state}>
              <StateBadge state={i.state} />
            </span>
          )}
        </span>
        <span className={css.title}>{i.title}</span>
        <span className={css.foot}>
          {i.due && <Due due={i.due} clock={i.due_clock} region={i.region} />}
          {(region ?? !oneRegion) && <RegionName code={i.region} />}
          <AgencyName incident={i} />
        </span>
      </Link>
      <span className={css.menu}>
        <DecisionMenu incident={i} />
      </span>
    </div>
  )
}
