import { Link } from '@tanstack/react-router'
import type { Incident } from '@/api/types'
import { RegionName, SeverityBadge, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import css from './Card.module.css'
import { DecisionMenu } from './Decisions'

/** Card is an incident on the board, in the queue and on a phone. */
export function Card({
  incident: i,
  state = true,
  region = true,
}: {
  incident: Incident
  state?: boolean
  region?: boolean
}) {
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
          {state && <StateBadge state={i.state} />}
          <SeverityBadge severity={i.severity} />
          {i.posts_total > 1 && <span className={css.posts}>×{i.posts_total}</span>}
        </span>
        <span className={css.title}>{i.title}</span>
        <span className={css.foot}>
          {i.due && <Due due={i.due} clock={i.due_clock} region={i.region} />}
          {region && <RegionName code={i.region} />}
          {i.agency && <span className={css.agency}>{i.agency.name}</span>}
        </span>
      </Link>
      <span className={css.menu}>
        <DecisionMenu incident={i} />
      </span>
    </div>
  )
}
