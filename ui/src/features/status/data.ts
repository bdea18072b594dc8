import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'
import { one, oneOf, type Search } from '@/lib/url'

type S = components['schemas']

export type Status = S['Status']
export type Stage = S['StageStatus']
export type Sources = S['SourcesStatus']
export type Notices = S['NoticesStatus']
export type Rejected = S['RejectedRecord']
export type RejectedDetail = S['RejectedDetail']

export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: () => data(api.GET('/api/v1/status')),
  refetchInterval: 15_000,
})

/** Asked by everybody's page: the server answers from what it measured last. */
export const lineQuery = queryOptions({
  queryKey: ['status', 'line'],
  queryFn: async () => (await data(api.GET('/api/v1/status/line'))).late ?? [],
  refetchInterval: 30_000,
  retry: false,
})

export const topics = ['posts', 'matches'] as const
export type Topic = (typeof topics)[number]

export const states = ['waiting', 'replayed', 'dropped'] as const

/** What the address of the page says; what is missing is as usual. */
export interface StatusSearch {
  /** Missing: those that wait. */
  state?: 'replayed' | 'dropped' | 'all' | undefined
  topic?: Topic | undefined
  reason?: string | undefined
  /** A record that is open. */
  record?: string | undefined
}

export function decodeStatus(s: Search): StatusSearch {
  const record = one(s.record, 60)
  return {
    state: oneOf(s.state, ['replayed', 'dropped', 'all'] as const),
    topic: oneOf(s.topic, topics),
    reason: one(s.reason, 200),
    record: record && /^(posts|matches)-\d+-\d+$/.test(record) ? record : undefined,
  }
}

/** What a list and a decision about many are narrowed by. */
export function narrowing({ topic, reason }: StatusSearch) {
  return { ...(topic ? { topic } : {}), ...(reason ? { reason_contains: reason } : {}) }
}

const LIMIT = 50

export const rejectedQuery = (s: StatusSearch) =>
  infiniteQueryOptions({
    queryKey: ['rejected', s.state ?? 'waiting', s.topic ?? '', s.reason ?? ''],
    queryFn: ({ pageParam }) => {
      const state = states.find(x => x === (s.state ?? 'waiting'))
      const query = {
        ...narrowing(s),
        limit: LIMIT,
        ...(state ? { state } : {}),
        ...(pageParam ? { after: pageParam } : {}),
      }
      return data(api.GET('/api/v1/rejected', { params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: last => last.next || undefined,
    refetchInterval: query => ((query.state.data?.pages.length ?? 0) > 1 ? false : 15_000),
  })

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ['rejected', 'one', id],
    queryFn: () => data(api.GET('/api/v1/rejected/{id}', { params: { path: { id } } })),
  })

export const countQuery = (s: StatusSearch) =>
  queryOptions({
    queryKey: ['rejected', 'count', s.topic ?? '', s.reason ?? ''],
    queryFn: () => data(api.GET('/api/v1/rejected/count', { params: { query: narrowing(s) } })),
    gcTime: 0,
    staleTime: 0,
  })

export type Decision = 'replay' | 'drop'

const only = (id: string) => ({ params: { path: { id } } })
export const replay = (id: string) => data(api.POST('/api/v1/rejected/{id}/replay', only(id)))
export const drop = (id: string) => data(api.POST('/api/v1/rejected/{id}/drop', only(id)))
export const restore = (id: string) => data(api.POST('/api/v1/rejected/{id}/restore', only(id)))

const CHUNK = 200
const CHUNKS = 5000 // a million records

/**
 * decideAll decides about all that wait and that a filter names, some at a
 * time; what is rejected again meanwhile is not among them.
 */
export async function decideAll(what: Decision, s: StatusSearch, progress: (done: number) => void): Promise<number> {
  let done = 0
  for (const topic of s.topic ? [s.topic] : topics) {
    let after = ''
    for (let i = 0; i < CHUNKS; i++) {
      const body = { ...narrowing({ ...s, topic }), topic, limit: CHUNK, ...(after ? { after } : {}) }
      const answer = await data(
        what === 'replay' ? api.POST('/api/v1/rejected/replay', { body }) : api.POST('/api/v1/rejected/drop', { body }),
      )
      done += answer.done
      progress(done)
      if (!answer.next) break
      after = answer.next
    }
  }
  return done
}
