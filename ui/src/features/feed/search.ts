import { one, oneOf, type Search } from '@/lib/url'

/** What the address of the feed says. */
export interface FeedSearch {
  q?: string | undefined
  order?: 'relevance' | undefined
  post?: string | undefined
}

export function decodeFeed(s: Search): FeedSearch {
  return { q: one(s.q, 10_000), order: oneOf(s.order, ['relevance'] as const), post: one(s.post, 1000) }
}
