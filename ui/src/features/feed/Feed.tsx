import { Button, Skeleton, Tooltip } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconBookmarkPlus, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, data } from '@/api/client'
import { regionsQuery } from '@/api/queries'
import { useMe } from '@/app/me'
import { useShortcuts } from '@/app/shortcuts'
import { Choose } from '@/components/Choose'
import { useRegionName } from '@/components/Regions'
import { Empty, ErrorState } from '@/components/States'
import { useMoment } from '@/components/Time'
import { QueryWords } from '@/features/glossary/Readings'
import { useSpeech } from '@/i18n'
import { dayOf, when } from '@/lib/dates'
import { faultsOf, field, withField } from '@/lib/query'
import css from './Feed.module.css'
import { FeedList } from './FeedList'
import { NoPost, PostPane } from './PostPane'
import { QueryBox } from './QueryBox'
import type { FeedSearch } from './search'
import { useFeed } from './useFeed'

// Dialogs come when they are asked for.
const SearchDialog = lazy(() => import('@/features/searches/SearchDialog').then(m => ({ default: m.SearchDialog })))
const OpenIncident = lazy(() => import('./OpenIncident').then(m => ({ default: m.OpenIncident })))

const networks = ['telegram', 'vk', 'rss']

const list = (s: string): string[] => s.split(',').filter(Boolean)

/** Feed is the live list of posts of a query, with a post opened beside it. */
export function Feed() {
  const { t, numbers } = useSpeech()
  const me = useMe()
  const navigate = useNavigate({ from: '/feed' })
  const search = useSearch({ from: '/inside/feed' })
  const query = search.q ?? ''
  const [typed, setTyped] = useState(query)
  const [paused, setPaused] = useState(false)
  const [top, setTop] = useState(true)
  const [saving, setSaving] = useState(false)
  const [opening, setOpening] = useState(false)
  const box = useRef<HTMLTextAreaElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const m = useMoment(me.regions[0])
  const regionName = useRegionName()
  const { data: regions } = useQuery(regionsQuery)
  const wide = useMediaQuery('(min-width: 2200px)', false, { getInitialValueInEffect: false })

  const holding = useRef(false)
  holding.current = paused || !top
  const view = useFeed(
    query,
    search.order ?? 'newest',
    useCallback(() => holding.current, []),
  )
  useEffect(() => setTyped(query), [query])
  const { data: count } = useQuery({
    queryKey: ['count', query],
    queryFn: ({ signal }) => data(api.GET('/api/v1/posts/count', { params: { query: { query } }, signal })),
    enabled: !view.error,
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  })
  const errors = view.error?.problem.errors
  const faults = useMemo(
    () =>
      errors && typed === query
        ? faultsOf(
            query,
            errors.filter(e => e.location.endsWith('query')),
          )
        : [],
    [errors, typed, query],
  )

  const set = (change: Partial<FeedSearch>) => navigate({ search: s => ({ ...s, ...change }), replace: false })
  const ask = (q: string) => {
    setTyped(q)
    set({ q: q.trim() || undefined, post: undefined })
    if (q.trim() === query) view.retry()
  }
  const day = (n: number) => dayOf(new Date(m.now.getTime() - n * 24 * 3600_000), m.zone)
  const since = field(query, 'since')
  const until = field(query, 'until')
  const period =
    !since && !until
      ? 'all'
      : since === day(0) && !until
        ? 'today'
        : since === day(1) && until === day(1)
          ? 'yesterday'
          : since === day(6) && !until
            ? 'week'
            : 'other'
  const setPeriod = (p: string) => {
    const [a, b] =
      p === 'today' ? [day(0), ''] : p === 'yesterday' ? [day(1), day(1)] : p === 'week' ? [day(6), ''] : ['', '']
    ask(withField(withField(typed, 'since', a), 'until', b))
  }
  const release = () => {
    setPaused(false)
    view.release()
    scroller.current?.scrollTo({ top: 0 })
  }
  const close = useCallback(() => navigate({ search: s => ({ ...s, post: undefined }), replace: true }), [navigate])
  useShortcuts([
    { keys: '/', label: t.keys.search, group: 'here', run: () => box.current?.focus() },
    { keys: 'p', label: paused ? t.feed.resume : t.feed.pause, group: 'here', run: () => setPaused(!paused) },
    { keys: 'n', label: t.keys.fresh, group: 'here', run: release },
    ...(search.post ? [{ keys: 'escape', label: t.keys.close, group: 'here' as const, run: close }] : []),
    ...(search.post && me.may('triage')
      ? [{ keys: 'i', label: t.post.openIncident, group: 'here' as const, run: () => setOpening(true) }]
      : []),
  ])

  const waiting = view.feed.waiting.length
  // That there is no connection counts more than that nobody wants it.
  const dot = paused && view.live !== 'waiting' ? 'paused' : view.live
  return (
    <div className={css.page} data-open={search.post ? true : undefined}>
      <h1 className="o-hidden">{t.feed.title}</h1>
      <section className={css.list} aria-label={t.feed.list}>
        <div className={css.head}>
          <div className={css.line}>
            <QueryBox
              value={typed}
              onChange={setTyped}
              onSubmit={() => ask(typed)}
              faults={faults}
              busy={view.loading}
              inputRef={box}
            />
          </div>
          {query && !view.error && <QueryWords query={query} />}
          <div className={css.tools}>
            <div className={css.chips} role="group" aria-label={t.feed.period}>
              {(['today', 'yesterday', 'week', 'all'] as const).map(p => (
                <button
                  key={p}
                  type="button"
                  className={css.chip}
                  aria-pressed={period === p}
                  onClick={() => setPeriod(p)}
                >
                  {p === 'all' ? t.feed.allTime : t.feed[p]}
                </button>
              ))}
            </div>
            <Choose
              label={t.common.region}
              single
              value={list(field(query, 'region'))}
              options={(regions ?? []).map(r => ({ value: r.code, label: regionName(r.code) }))}
              onChange={v => ask(withField(typed, 'region', v.join(',')))}
            />
            <Choose
              label={t.feed.network}
              value={list(field(query, 'net'))}
              options={networks.map(n => ({ value: n, label: t.networks[n] ?? n }))}
              onChange={v => ask(withField(typed, 'net', v.join(',')))}
            />
            <Choose
              label={t.incidents.sort}
              single
              required
              className={search.order ? undefined : css.order}
              value={[search.order ?? 'newest']}
              options={(['newest', 'relevance'] as const).map(o => ({ value: o, label: t.feed[o] }))}
              onChange={([o]) => set({ order: o === 'relevance' ? o : undefined })}
            />
            <span className={css.count} aria-live="off">
              {count && (
                <>
                  {count.reached ? '≥ ' : ''}
                  {t.count.posts(count.posts)}
                </>
              )}
            </span>
            <span className={css.spacer} />
            <span className={css.live} data-state={dot} role="status">
              <span className={css.dot} aria-hidden />
              <span>{dot === 'open' ? t.feed.live : t.feed[dot]}</span>
            </span>
            <Tooltip label={paused ? t.feed.resume : t.feed.pause}>
              <Button
                variant="default"
                aria-label={paused ? t.feed.resume : t.feed.pause}
                px={8}
                onClick={() => {
                  if (paused) release()
                  else setPaused(true)
                }}
              >
                {paused ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
              </Button>
            </Tooltip>
            {me.may('edit searches') && (
              <Button
                variant="default"
                className={css.save}
                title={query ? t.feed.save : t.feed.saveWhat}
                leftSection={<IconBookmarkPlus size={14} />}
                disabled={!query || !!view.error}
                onClick={() => setSaving(true)}
              >
                {t.feed.save}
              </Button>
            )}
          </div>
        </div>
        <div className={css.body}>
          {waiting > 0 && (
            <button type="button" className={css.waiting} onClick={release}>
              {t.feed.show(waiting)}
            </button>
          )}
          {view.reached && <div className={css.note}>{t.feed.cut(when(new Date(view.reached), m))}</div>}
          {view.error ? (
            faults.length ? (
              <Empty title={t.query.problems} hint={t.query.mend} />
            ) : (
              <ErrorState error={view.error} retry={view.retry} />
            )
          ) : view.loading && view.feed.items.length === 0 ? (
            <Loading />
          ) : view.feed.items.length === 0 ? (
            <Empty title={query ? t.feed.empty : t.feed.emptyAll} hint={query ? t.feed.emptyHint : t.feed.emptyAllHint}>
              {!query && me.may('edit sources') && <Link to="/sources">{t.feed.addSource}</Link>}
            </Empty>
          ) : (
            <FeedList
              view={view}
              query={query}
              order={search.order}
              opened={search.post}
              scroller={scroller}
              onTop={setTop}
            />
          )}
        </div>
      </section>
      {search.post ? (
        <PostPane
          id={search.post}
          known={view.feed.items.find(p => p.id === search.post)}
          query={view.error ? '' : query}
          close={close}
          openIncident={() => setOpening(true)}
        />
      ) : (
        wide && <NoPost />
      )}
      <Suspense fallback={null}>
        {saving && (
          <SearchDialog draft={{ name: '', query, regions: [], sealed: false }} close={() => setSaving(false)} />
        )}
        {opening && search.post && <OpenIncident id={search.post} close={() => setOpening(false)} />}
      </Suspense>
      <span className="o-hidden" aria-live="polite">
        {waiting > 0 ? numbers.number(waiting) : ''}
      </span>
    </div>
  )
}

function Loading() {
  const { t } = useSpeech()
  return (
    <div role="status" aria-label={t.common.loading} className={css.loading}>
      {Array.from({ length: 9 }, (_, i) => (
        <div key={i}>
          <Skeleton height={10} width={`${30 + ((i * 13) % 30)}%`} mb={8} />
          <Skeleton height={10} mb={6} />
          <Skeleton height={10} width={`${50 + ((i * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  )
}
