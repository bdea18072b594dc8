import { Skeleton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef } from 'react'
import { ErrorState } from '@/components/States'
import { useListKeys } from '@/components/useListKeys'
import { useT } from '@/i18n'
import css from './Board.module.css'
import { Card } from './Card'
import { type IncidentQuery, incidentsQuery } from './data'
import type { IncidentsSearch } from './search'
import { type Stage, stages } from './stages'

const SHOWN = 50

/** Board shows open incidents by the stage they are in, the nearest deadline on top. */
export function Board({ query, search }: { query: IncidentQuery; search: IncidentsSearch }) {
  const ref = useRef<HTMLDivElement>(null)
  useListKeys(ref)
  const { open: _open, state: _state, ...rest } = query
  return (
    <div ref={ref} className={css.board}>
      {(Object.keys(stages) as Stage[]).map(s => (
        <Column key={s} stage={s} query={rest} search={search} />
      ))}
    </div>
  )
}

function Column({ stage, query, search }: { stage: Stage; query: IncidentQuery; search: IncidentsSearch }) {
  const t = useT()
  const states = stages[stage].filter(s => !search.state || search.state.includes(s))
  const { data, error, refetch } = useInfiniteQuery({
    ...incidentsQuery({ ...query, state: states, sort: 'due' }, SHOWN),
    enabled: states.length > 0,
  })
  const items = data?.pages.flatMap(p => p.items ?? []) ?? []
  const more = data?.pages[0]?.next
  const regions = new Set(items.map(i => i.region)).size > 1
  return (
    <section className={css.column} aria-labelledby={`stage-${stage}`}>
      <h2 id={`stage-${stage}`} className={css.head}>
        {t.incidents.stages[stage]}
        <span className={css.count}>
          {items.length}
          {more ? '+' : ''}
        </span>
      </h2>
      <div className={css.cards}>
        {error && <ErrorState error={error} retry={refetch} />}
        {!data && !error && states.length > 0 && [0, 1, 2].map(n => <Skeleton key={n} height={76} />)}
        {data && items.length === 0 && <p className={css.empty}>{t.incidents.emptyColumn}</p>}
        {items.map(i => (
          <Card key={i.number} incident={i} state={stages[stage].length > 1} region={regions} />
        ))}
        {more && (
          <Link to="/incidents" search={{ ...search, view: undefined, state: [...states] }} className={css.more}>
            {t.common.more}
          </Link>
        )}
      </div>
    </section>
  )
}
