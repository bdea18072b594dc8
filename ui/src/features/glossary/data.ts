import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'

type S = components['schemas']
export type Glossary = S['Glossary']
export type Renewal = S['Renewal']
export type QueryWord = S['QueryWord']
export type LineProblem = S['LineProblem']

/** While the index is made anew one wants to see it go on. */
export const glossaryQuery = queryOptions({
  queryKey: ['glossary'],
  queryFn: ({ signal }) => data(api.GET('/api/v1/glossary', { signal })),
  refetchInterval: q => {
    const state = q.state.data?.renewal?.state
    return state === 'running' || state === 'waiting' || !q.state.data?.in_force ? 2000 : 15_000
  },
})

export const historyQuery = queryOptions({
  queryKey: ['glossary', 'history'],
  queryFn: async ({ signal }) => (await data(api.GET('/api/v1/glossary/revisions', { signal }))).items ?? [],
})

export const revisionOf = (number: number) =>
  data(api.GET('/api/v1/glossary/revisions/{number}', { params: { path: { number } } }))

export const putGlossary = (revision: number, body: string) =>
  data(api.PUT('/api/v1/glossary', { body: { revision, body } }))

/** What is wrong with a text, and what words would mean with it. */
export const checkQuery = (body: string, text: string) =>
  queryOptions({
    queryKey: ['glossary', 'check', body, text],
    queryFn: ({ signal }) => data(api.POST('/api/v1/glossary/check', { body: { body, text }, signal })),
    gcTime: 30_000,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  })

/** What the words of a query mean. */
export const wordsQuery = (query: string) =>
  queryOptions({
    queryKey: ['words', query],
    queryFn: async ({ signal }) =>
      (await data(api.GET('/api/v1/posts/words', { params: { query: { query } }, signal }))).items ?? [],
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  })
