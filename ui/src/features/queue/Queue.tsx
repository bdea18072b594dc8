import { Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { useFreshIncidents } from '@/api/fresh'
import type { Action, Incident, State } from '@/api/types'
import { useMe } from '@/app/me'
import { AgencyName, RegionName, SeverityMark, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import { Empty, ErrorState } from '@/components/States'
import { useListKeys } from '@/components/useListKeys'
import { Card } from '@/features/incidents/Card'
import { DecisionMenu, Decisions } from '@/features/incidents/Decisions'
import { incidentsQuery } from '@/features/incidents/data'
import { type Dictionary, useT } from '@/i18n'
import css from './Queue.module.css'

type SectionName = keyof Dictionary['queue']['sections']

// What waits for whoever may do the action.
const sections: { name: SectionName; states: State[]; needs: Action }[] = [
  { name: 'accept', states: ['assigned'], needs: 'execute' },
  { name: 'work', states: ['accepted', 'draft', 'rework'], needs: 'execute' },
  { name: 'approve', states: ['review'], needs: 'approve' },
  { name: 'sort', states: ['new', 'triage', 'returned', 'reopened'], needs: 'triage' },
  { name: 'publish', states: ['approved', 'publishing'], needs: 'publish answer' },
  { name: 'control', states: ['interim', 'on_control'], needs: 'publish answer' },
  { name: 'close', states: ['answered', 'verified'], needs: 'close incident' },
]

const SHOWN = 50

/** Queue is what waits for the person, the nearest deadline first. */
export function Queue() {
  useFreshIncidents()
  const t = useT()
  const me = useMe()
  const ref = useRef<HTMLDivElement>(null)
  useListKeys(ref)
  const phone = useMediaQuery('(max-width: 899px)', false, { getInitialValueInEffect: false })
  const mine = sections.filter(s => me.may(s.needs))
  // One request for all: whatever the server can't give at once is reached through the list.
  const query = useInfiniteQuery({
    ...incidentsQuery({ state: mine.flatMap(s => s.states), sort: 'due' }, 500),
    enabled: mine.length > 0,
  })
  const items = query.data?.pages.flatMap(p => p.items ?? []) ?? []
  const late = items.filter(i => i.overdue).length
  return (
    <div className={css.page} ref={ref}>
      <header className={css.head}>
        <h1>{t.queue.title}</h1>
        {query.data && (
          <span className="o-dim">
            {t.count.incidents(items.length)}
            {late > 0 && (
              <>
                , <span className={css.late}>{t.queue.late(late)}</span>
              </>
            )}
          </span>
        )}
      </header>
      {mine.length === 0 ? (
        <Empty title={t.queue.empty} hint={t.queue.watching}>
          <Link to="/incidents">{t.nav.incidents}</Link>
        </Empty>
      ) : query.error && !query.data ? (
        <ErrorState error={query.error} retry={query.refetch} />
      ) : !query.data ? (
        <div className={css.sections} role="status" aria-label={t.common.loading}>
          {Array.from({ length: 10 }, (_, n) => (
            <Skeleton key={n} height={phone ? 76 : 28} mb={8} />
          ))}
        </div>
      ) : items.length === 0 ? (
        <Empty title={t.queue.empty} hint={t.queue.emptyHint}>
          {me.may('see posts') && <Link to="/feed">{t.searches.toFeed}</Link>}
        </Empty>
      ) : (
        <Decisions>
          <div className={css.sections}>
            {mine.map(s => {
              const own = items.filter(i => (s.states as string[]).includes(i.state))
              if (own.length === 0) return null
              const regions = new Set(own.map(i => i.region)).size > 1
              return (
                <section key={s.name} aria-labelledby={`queue-${s.name}`} className={css.section}>
                  <h2 id={`queue-${s.name}`} className={css.name}>
                    {t.queue.sections[s.name]} <span className={css.count}>{own.length}</span>
                  </h2>
                  <div className={phone ? css.cards : css.rows}>
                    {own
                      .slice(0, SHOWN)
                      .map(i =>
                        phone ? (
                          <Card key={i.number} incident={i} state={s.states.length > 1} region={regions} />
                        ) : (
                          <Line key={i.number} incident={i} state={s.states.length > 1} region={regions} />
                        ),
                      )}
                    {own.length > SHOWN && (
                      <Link to="/incidents" search={{ state: s.states }} className={css.more}>
                        {t.incidents.more(own.length - SHOWN)}
                      </Link>
                    )}
                  </div>
                </section>
              )
            })}
          </div>
        </Decisions>
      )}
    </div>
  )
}

/** Line is an incident in one row: what is nearest first, how long is left, and what it is about. */
function Line({ incident: i, state, region }: { incident: Incident; state: boolean; region: boolean }) {
  return (
    <div className={css.line} data-number={i.number}>
      <Link
        to="/incidents/$number"
        params={{ number: String(i.number) }}
        className={css.row}
        data-item
        data-state={state || undefined}
      >
        <span className={css.due}>
          <Due due={i.due} clock={i.due_clock} region={i.region} />
        </span>
        <span className={css.number}>
          <SeverityMark severity={i.severity} />
          {i.number}
        </span>
        {state && <StateBadge state={i.state} />}
        <span className={css.title}>
          {i.title}
          {i.posts_total > 1 && <span className="o-dim"> ×{i.posts_total}</span>}
        </span>
        <span className={css.where}>
          {region && <RegionName code={i.region} />}
          <AgencyName incident={i} />
        </span>
      </Link>
      <DecisionMenu incident={i} />
    </div>
  )
}
