import type { FoundPost } from '@/api/types'

/** How many posts the list holds; beyond that the oldest go. */
export const MOST = 10_000

export interface Feed {
  /** Newest first. */
  items: FoundPost[]
  /** What came while the reader had paused or was reading further down; newest first. */
  waiting: FoundPost[]
  /** Ids of both. */
  known: Map<string, number>
  /** Where older posts begin; '' when there are none. */
  next: string
  /** Ids that came live and were just let in: the row says so for a moment. */
  fresh: Set<string>
}

export const empty: Feed = { items: [], waiting: [], known: new Map(), next: '', fresh: new Set() }

export type Change =
  | { kind: 'reset' }
  | { kind: 'older'; items: FoundPost[]; next: string }
  | { kind: 'live'; items: FoundPost[]; hold: boolean }
  | { kind: 'release' }

/** change is the whole behaviour of the feed, apart from where posts come from. */
export function change(feed: Feed, c: Change): Feed {
  switch (c.kind) {
    case 'reset':
      return empty
    case 'older':
      return older(feed, c.items, c.next)
    case 'live':
      return live(feed, c.items, c.hold)
    case 'release':
      return release(feed)
  }
}

function older(feed: Feed, items: FoundPost[], next: string): Feed {
  const known = new Map(feed.known)
  const add = items.filter(p => !known.has(p.id))
  for (const p of add) known.set(p.id, p.rev)
  return trim({ ...feed, items: [...feed.items, ...add], known, next })
}

function live(feed: Feed, items: FoundPost[], hold: boolean): Feed {
  const known = new Map(feed.known)
  const add: FoundPost[] = []
  const newer = new Map<string, FoundPost>()
  for (const p of items) {
    const rev = known.get(p.id)
    if (rev !== undefined && rev >= p.rev) continue // the stream repeats, or lags behind the page
    if (rev === undefined) add.push(p)
    else newer.set(p.id, p)
    known.set(p.id, p.rev)
  }
  // A post that came and was edited within one batch is both: take the newest.
  const latest = add.map(p => newer.get(p.id) ?? p)
  const put = (list: FoundPost[]) => (newer.size ? list.map(p => newer.get(p.id) ?? p) : list)
  if (hold) return trim({ ...feed, items: put(feed.items), waiting: merge(latest, put(feed.waiting)), known })
  return trim({
    ...feed,
    items: merge([...latest, ...put(feed.waiting)], put(feed.items)),
    waiting: [],
    known,
    fresh: new Set(latest.map(p => p.id)),
  })
}

function release(feed: Feed): Feed {
  return trim({
    ...feed,
    items: merge(feed.waiting, feed.items),
    waiting: [],
    fresh: new Set(feed.waiting.map(p => p.id)),
  })
}

/** merge puts new posts in their places by time; what comes live is nearly always newest. */
function merge(add: FoundPost[], list: FoundPost[]): FoundPost[] {
  if (add.length === 0) return list
  const sorted = [...add].sort((a, b) => order(a, b))
  const out: FoundPost[] = []
  let i = 0
  let j = 0
  while (i < sorted.length || j < list.length) {
    const a = sorted[i]
    const b = list[j]
    if (a && (!b || order(a, b) <= 0)) {
      out.push(a)
      i++
    } else if (b) {
      out.push(b)
      j++
    }
  }
  return out
}

function order(a: FoundPost, b: FoundPost): number {
  if (a.published !== b.published) return Date.parse(b.published) - Date.parse(a.published)
  return a.id < b.id ? 1 : -1
}

function trim(feed: Feed): Feed {
  if (feed.items.length <= MOST && feed.waiting.length <= MOST) return feed
  const known = new Map(feed.known)
  for (const p of [...feed.items.slice(MOST), ...feed.waiting.slice(MOST)]) known.delete(p.id)
  // What was cut off can't be paged to from here: the list says that it ends.
  return {
    ...feed,
    items: feed.items.slice(0, MOST),
    waiting: feed.waiting.slice(0, MOST),
    known,
    next: feed.items.length > MOST ? '' : feed.next,
  }
}
