import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { api, data, spoken } from '@/api/client'
import { type ApiError, asApiError } from '@/api/errors'
import { follow, type LiveState, whileSeen } from '@/api/live'
import type { FoundPost } from '@/api/types'
import { localZone } from '@/lib/dates'
import { change, empty, type Feed } from './model'

const PAGE = 100
const BATCH = 150 // ms: the list is drawn at most so often
const HIDDEN = 60_000 // ms after which a tab that nobody sees lets its stream go

export interface FeedView {
  feed: Feed
  live: LiveState
  /** Of the first page. */
  error: ApiError | undefined
  loading: boolean
  loadingMore: boolean
  /** How far back the search got before its time was over. */
  reached: string | undefined
  more(): void
  release(): void
  retry(): void
}

/**
 * useFeed reads a query: its first page, older ones on demand, and what comes
 * live. While hold says so, new posts wait.
 */
export function useFeed(query: string, order: 'newest' | 'relevance', hold: () => boolean): FeedView {
  const [feed, dispatch] = useReducer(change, empty)
  const [live, setLive] = useState<LiveState>('connecting')
  const [error, setError] = useState<ApiError>()
  const [loading, setLoading] = useState(true)
  const [loadingMore, setLoadingMore] = useState(false)
  const [reached, setReached] = useState<string>()
  const [attempt, setAttempt] = useState(0)
  const held = useRef(hold)
  held.current = hold
  const next = useRef({ after: '', busy: false, signal: new AbortController().signal })

  const read = useCallback(
    async (after: string, signal: AbortSignal) => {
      const page = await data(
        api.GET('/api/v1/posts', {
          params: { query: { query, order, limit: PAGE, ...(after ? { after } : {}) } },
          signal,
        }),
      )
      if (signal.aborted) return
      next.current.after = page.next
      dispatch({ kind: 'older', items: page.items ?? [], next: page.next })
      setReached(page.reached ?? undefined)
    },
    [query, order],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: attempt is the wish to try again
  useEffect(() => {
    const stop = new AbortController()
    next.current = { after: '', busy: false, signal: stop.signal }
    dispatch({ kind: 'reset' })
    setError(undefined)
    setReached(undefined)
    setLoading(true)
    // The stream first: what comes between the page and the stream is in both, never in neither.
    const unlisten =
      order === 'newest'
        ? listen(query, stop.signal, {
            put: items => dispatch({ kind: 'live', items, hold: held.current() }),
            say: setLive,
            gap: () => setAttempt(n => n + 1),
          })
        : undefined
    if (order === 'relevance') setLive('stopped')
    read('', stop.signal)
      .catch(err => {
        if (!stop.signal.aborted) setError(asApiError(err))
      })
      .finally(() => {
        if (!stop.signal.aborted) setLoading(false)
      })
    return () => {
      stop.abort()
      unlisten?.()
    }
  }, [query, order, read, attempt])

  const more = useCallback(() => {
    const n = next.current
    if (!n.after || n.busy) return
    n.busy = true
    setLoadingMore(true)
    read(n.after, n.signal)
      .catch(() => {
        // The end of the list stays where it is; scrolling asks again.
      })
      .finally(() => {
        n.busy = false
        if (!n.signal.aborted) setLoadingMore(false)
      })
  }, [read])

  const release = useCallback(() => dispatch({ kind: 'release' }), [])
  const retry = useCallback(() => setAttempt(n => n + 1), [])
  return useMemo(
    () => ({ feed, live, error, loading, loadingMore, reached, more, release, retry }),
    [feed, live, error, loading, loadingMore, reached, more, release, retry],
  )
}

interface Listener {
  put(items: FoundPost[]): void
  say(s: LiveState): void
  /** The server no longer keeps what came meanwhile: only reading anew shows it. */
  gap(): void
}

/** listen follows the stream of a query while the tab is seen. */
function listen(query: string, signal: AbortSignal, { put, say, gap }: Listener): () => void {
  const position = { at: '' }
  let batch: FoundPost[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    const items = batch
    batch = []
    if (!signal.aborted && items.length) put(items)
  }
  const unseen = whileSeen(HIDDEN, seen => {
    void follow(
      {
        url: `/api/v1/posts/stream?${new URLSearchParams({ query, zone: localZone() })}`,
        headers: { 'Accept-Language': spoken() },
        position,
        onState: s => {
          if (!signal.aborted) say(s)
        },
        onEvent: e => {
          if (e.event === 'gap' && !signal.aborted) gap()
          if (e.event !== 'post') return
          batch.push(JSON.parse(e.data) as FoundPost)
          timer ??= setTimeout(flush, BATCH)
        },
      },
      AbortSignal.any([signal, seen]),
    )
  })
  return () => {
    clearTimeout(timer)
    unseen()
  }
}
