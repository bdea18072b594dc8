import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useShortcuts } from '@/app/shortcuts'
import { useT } from '@/i18n'
import { stringifySearch } from '@/lib/url'
import css from './Feed.module.css'
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

// What a row takes, by how the list is laid out.
const heights = { phone: 86, stack: 68, columns: 49, line: 31 }

type Layout = keyof typeof heights

/** How the rows of a list of this width are laid out: the wider, the fewer lines they need. */
const layoutOf = (width: number): Layout =>
  width < 560 ? 'phone' : width < 840 ? 'stack' : width < 1640 ? 'columns' : 'line'

function useLayout(list: RefObject<HTMLElement | null>): Layout {
  const [layout, setLayout] = useState<Layout>('stack')
  useLayoutEffect(() => {
    const e = list.current
    if (!e) return
    setLayout(layoutOf(e.clientWidth))
    const seen = new ResizeObserver(() => setLayout(layoutOf(e.clientWidth)))
    seen.observe(e)
    return () => seen.disconnect()
  }, [list])
  return layout
}

/**
 * FeedList draws only the rows on the screen, all of one height, so that ten
 * thousand scroll as well as ten.
 */
export const FeedList = memo(function FeedList({ view, query, order, opened, scroller, onTop }: Props) {
  const t = useT()
  const navigate = useNavigate({ from: '/feed' })
  const layout = useLayout(scroller)
  const height = heights[layout]
  const { items } = view.feed
  const [active, setActive] = useState(-1)
  const activeId = useRef('')
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
    getItemKey: i => items[i]?.id ?? i,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new height needs new measures
  useEffect(() => virtual.measure(), [height])

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
      data-layout={layout}
      onScroll={e => onTop(e.currentTarget.scrollTop < 8)}
      data-testid="feed"
    >
      <div role="list" aria-label={t.feed.list} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {rows.map(r => {
          const post = items[r.index]
          return (
            post && (
              <Row
                key={r.key}
                post={post}
                index={r.index}
                active={post.id === opened || r.index === active}
                fresh={view.feed.fresh.has(post.id)}
                top={r.start}
                height={height}
                href={`/feed${stringifySearch({ q: query, order, post: post.id })}`}
                onFocus={onFocus}
                onOpen={onOpen}
              />
            )
          )
        })}
      </div>
      <div className={css.end} role="status">
        {view.loadingMore ? t.common.loading : items.length >= MOST ? t.feed.full : !view.feed.next ? t.feed.end : ''}
      </div>
    </div>
  )
})
