import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useFreshIncidents } from '@/api/fresh'
import { useMe } from '@/app/me'
import { Choose } from '@/components/Choose'
import { useZone } from '@/components/Regions'
import { Empty, ErrorState } from '@/components/States'
import { useListKeys } from '@/components/useListKeys'
import { useT } from '@/i18n'
import { startOfDay } from '@/lib/dates'
import { Board } from './Board'
import { Card } from './Card'
import { Decisions } from './Decisions'
import { incidentsQuery } from './data'
import { ColumnsMenu, Filters, Views } from './Filters'
import css from './Incidents.module.css'
import { conditions, type IncidentsSearch, toFilter } from './search'
import { Table } from './Table'

/** Incidents are listed by conditions that stand in the address, or laid out on a board. */
export function Incidents() {
  useFreshIncidents()
  const t = useT()
  const me = useMe()
  const search = useSearch({ from: '/inside/incidents' })
  const navigate = useNavigate({ from: '/incidents' })
  const phone = useMediaQuery('(max-width: 899px)', false, { getInitialValueInEffect: false })
  // A day of the filter is a day of the region, where there is one.
  const zone = useZone(search.region?.length === 1 ? search.region[0] : me.regions[0])
  const query = toFilter(search, d => startOfDay(d, zone))
  const go = (s: IncidentsSearch) => navigate({ search: s })
  const set = (change: Partial<IncidentsSearch>) => navigate({ search: s => ({ ...s, ...change }) })
  const board = search.view === 'board'
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div className={css.titleRow}>
          <h1>{t.incidents.title}</h1>
          <Views search={search} go={go} />
          <SegmentedControl
            aria-label={t.incidents.views}
            value={board ? 'board' : 'list'}
            onChange={v => set({ view: v === 'board' ? 'board' : undefined })}
            data={[
              { value: 'list', label: t.incidents.list },
              { value: 'board', label: t.incidents.board },
            ]}
          />
        </div>
        <div className={css.tools}>
          <Filters search={search} set={set} go={go} />
          {!board && (
            <div className={css.right}>
              <Choose
                label={t.incidents.sort}
                single
                required
                value={[search.sort ?? 'due']}
                options={(['due', 'newest', 'oldest'] as const).map(s => ({ value: s, label: t.incidents.sorts[s] }))}
                onChange={([v]) => set({ sort: v === 'newest' || v === 'oldest' ? v : undefined })}
              />
              {!phone && <ColumnsMenu search={search} set={set} />}
            </div>
          )}
        </div>
      </header>
      <Decisions>
        {board ? (
          <Board query={query} search={search} />
        ) : (
          <List search={search} query={query} phone={phone} set={set} go={go} />
        )}
      </Decisions>
    </div>
  )
}

interface ListProps {
  search: IncidentsSearch
  query: ReturnType<typeof toFilter>
  phone: boolean
  set(change: Partial<IncidentsSearch>): void
  go(s: IncidentsSearch): void
}

function List({ search, query, phone, set, go }: ListProps) {
  const t = useT()
  const list = useInfiniteQuery({ ...incidentsQuery(query), placeholderData: p => p })
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list
  const items = data?.pages.flatMap(p => p.items ?? []) ?? []
  // A state and no ref: a table inside it is there before the element is.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const end = useRef<HTMLDivElement>(null)
  // Looked at anew after every reading: an end that stays in sight says nothing by itself.
  const ready = hasNextPage && !list.isFetching && !isFetchNextPageError
  useEffect(() => {
    const e = end.current
    if (!e || !ready) return
    const seen = new IntersectionObserver(([x]) => x?.isIntersecting && fetchNextPage(), {
      root: scroller,
      rootMargin: '600px',
    })
    seen.observe(e)
    return () => seen.disconnect()
  }, [ready, fetchNextPage, scroller])

  if (error && !data) return <ErrorState error={error} retry={refetch} />
  if (!data)
    return (
      <div className={css.loading} role="status" aria-label={t.common.loading}>
        {Array.from({ length: 12 }, (_, i) => (
          <Skeleton key={i} height={24} />
        ))}
      </div>
    )
  if (items.length === 0)
    return conditions(search) > 0 ? (
      <Empty title={t.incidents.none} hint={t.incidents.noneHint}>
        <Button variant="default" onClick={() => go({ view: search.view })}>
          {t.incidents.reset}
        </Button>
      </Empty>
    ) : (
      <Empty title={t.incidents.empty} hint={t.incidents.emptyHint}>
        <Link to="/feed">{t.searches.toFeed}</Link>
      </Empty>
    )
  return (
    <div
      ref={setScroller}
      data-scroll-restoration-id="incidents"
      className={css.scroller}
      data-stale={list.isPlaceholderData || undefined}
    >
      {phone ? <Cards items={items} /> : <Table items={items} search={search} set={set} scroller={scroller} />}
      <div ref={end} className={css.end} role="status">
        {isFetchingNextPage ? t.common.loading : hasNextPage ? '' : t.count.incidents(items.length)}
        {isFetchNextPageError && !isFetchingNextPage && (
          <Button variant="default" onClick={() => fetchNextPage()}>
            {t.common.retry}
          </Button>
        )}
      </div>
    </div>
  )
}

function Cards({ items }: { items: Parameters<typeof Card>[0]['incident'][] }) {
  const ref = useRef<HTMLDivElement>(null)
  useListKeys(ref)
  return (
    <div ref={ref} className={css.cards}>
      {items.map(i => (
        <Card key={i.number} incident={i} />
      ))}
    </div>
  )
}
