import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { FoundPost } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { useOneRegion } from '@/components/Regions'
import { useT } from '@/i18n'
import { stringifySearch } from '@/lib/url'
import css from './Feed.module.css'
import { flagged, layoutOf, type Place, type Reader, reader, rowOf, ruler } from './lines'
import { MOST } from './model'
import { Row } from './Row'
import type { FeedSearch } from './search'
import type { FeedView } from './useFeed'

interface Props {
  view: FeedView
  query: string
  order: FeedSearch['order']
  opened: string | undefined
  scroller: RefObject<HTMLDivElement | null>
  onTop(top: boolean): void
}

/** Where the rows are to fit; undefined until the list is there. */
function usePlace(list: RefObject<HTMLElement | null>): Place | undefined {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const e = list.current
    if (!e) return
    setWidth(e.clientWidth)
    const seen = new ResizeObserver(() => setWidth(e.clientWidth))
    seen.observe(e)
    return () => seen.disconnect()
  }, [list])
  return useMemo(() => (width ? { layout: layoutOf(width), width } : undefined), [width])
}

const FONT = "13px 'Inter Variable'" // of the text of a row

/** Measures as the page's own typeface does, anew once that has come. */
function useReader(): Reader {
  const [read, setRead] = useState(() => reader(ruler(FONT)))
  useEffect(() => {
    if (document.fonts.check(FONT, 'Жy')) return
    let gone = false
    document.fonts.load(FONT, 'Жy').then(
      () => gone || setRead(() => reader(ruler(FONT))),
      () => {}, // without it, another one is measured and drawn
    )
    return () => {
      gone = true
    }
  }, [])
  return read
}

const nowhere: Place = { layout: 'stack', width: 600 }

/**
 * FeedList draws only the rows on the screen, so that ten thousand scroll as
 * well as ten. How high a row is follows from its text before it is drawn.
 */
export const FeedList = memo(function FeedList({ view, query, order, opened, scroller, onTop }: Props) {
  const t = useT()
  const navigate = useNavigate({ from: '/feed' })
  const place = usePlace(scroller)
  const read = useReader()
  const oneRegion = useOneRegion()
  const { items } = view.feed
  const rowAt = (post: FoundPost) => {
    const { segments, width } = read(post)
    return { segments, ...rowOf(width, !oneRegion || flagged(post), place ?? nowhere) }
  }
  const [active, setActive] = useState(-1)
  const activeId = useRef('')
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: i => {
      const post = items[i]
      return post ? rowAt(post).height : 0
    },
    overscan: 8,
    getItemKey: useCallback((i: number) => items[i]?.id ?? i, [items]),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width or font needs new measures
  useLayoutEffect(() => virtual.measure(), [place, read])

  // New posts above move the rows: what was active stays so.
  useEffect(() => {
    if (!activeId.current) return
    const at = items.findIndex(p => p.id === activeId.current)
    setActive(at)
  }, [items])

  const go = useCallback(
    (to: number) => {
      const i = Math.max(0, Math.min(to, items.length - 1))
      const post = items[i]
      if (!post) return
      activeId.current = post.id
      setActive(i)
      virtual.scrollToIndex(i, { align: 'auto' })
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-row="${i}"]`)?.focus({ preventScroll: true }),
      )
      // Beside an open post, going down opens the next one.
      if (opened) navigate({ search: s => ({ ...s, post: post.id }), replace: true })
      if (i > items.length - 20) view.more()
    },
    [items, opened, navigate, view.more, virtual, scroller],
  )
  const from = active >= 0 ? active : items.findIndex(p => p.id === opened)
  useShortcuts([
    { keys: 'j', label: t.keys.down, group: 'lists', run: () => go(from + 1) },
    { keys: 'k', label: t.keys.up, group: 'lists', run: () => go(from - 1) },
    { keys: 'down', label: t.keys.down, group: 'lists', run: () => go(from + 1) },
    { keys: 'up', label: t.keys.up, group: 'lists', run: () => go(from - 1) },
    {
      keys: 'enter',
      label: t.keys.open,
      group: 'lists',
      run: () => {
        const post = items[from]
        if (post) navigate({ search: s => ({ ...s, post: post.id }), replace: true })
      },
    },
    { keys: 'g g', label: t.keys.first, group: 'lists', run: () => go(0) },
  ])

  const rows = virtual.getVirtualItems()
  const last = rows[rows.length - 1]?.index ?? 0
  useEffect(() => {
    if (last > items.length - 40) view.more()
  }, [last, items.length, view.more])

  const onOpen = useCallback((id: string) => navigate({ search: s => ({ ...s, post: id }), replace: true }), [navigate])
  const onFocus = useCallback(
    (i: number) => {
      activeId.current = items[i]?.id ?? ''
      setActive(i)
    },
    [items],
  )

  return (
    <div
      ref={scroller}
      className={css.scroller}
      data-layout={place?.layout}
      onScroll={e => onTop(e.currentTarget.scrollTop < 8)}
      data-testid="feed"
    >
      <div role="list" aria-label={t.feed.list} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {rows.map(r => {
          const post = items[r.index]
          if (!post) return null
          const { segments, lines } = rowAt(post)
          return (
            <Row
              key={r.key}
              post={post}
              index={r.index}
              active={post.id === opened || r.index === active}
              fresh={view.feed.fresh.has(post.id)}
              top={r.start}
              height={r.size}
              lines={lines}
              segments={segments}
              href={`/feed${stringifySearch({ q: query, order, post: post.id })}`}
              onFocus={onFocus}
              onOpen={onOpen}
            />
          )
        })}
      </div>
      <div className={css.end} role="status">
        {view.loadingMore ? t.common.loading : items.length >= MOST ? t.feed.full : !view.feed.next ? t.feed.end : ''}
      </div>
    </div>
  )
})
