import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'
import type { RouteNode } from '@/api/types'
import { tidied } from './tree'

type S = components['schemas']
export type RouteTree = S['RouteTree']
export type Explanation = S['Explanation']
export type Step = S['Step']

export const routeQuery = (region: string) =>
  queryOptions({
    queryKey: ['routes', region],
    queryFn: () => data(api.GET('/api/v1/routes/{region}', { params: { path: { region } } })),
    enabled: region !== '',
    refetchInterval: 30_000,
  })

export const putRoute = (region: string, version: number, tree: RouteNode): Promise<RouteTree> =>
  data(api.PUT('/api/v1/routes/{region}', { params: { path: { region } }, body: { version, tree: tidied(tree) } }))

/** What is asked of a tree: where something of this kind would go. */
export interface Facts {
  searches: number[]
  severity: string
  networks: string[]
  sources: string[]
}

/** Where something would go by a tree that need not be saved, and what is wrong with the tree. */
export const tryQuery = (region: string, facts: Facts, tree: RouteNode | undefined) =>
  queryOptions({
    queryKey: ['routes', region, 'try', facts, tree && tidied(tree)],
    queryFn: ({ signal }) =>
      data(
        api.POST('/api/v1/routes/{region}/explain', {
          params: { path: { region } },
          body: { ...facts, ...(tree ? { tree: tidied(tree) } : {}) },
          signal,
        }),
      ),
    enabled: region !== '' && tree !== undefined,
    staleTime: 60_000,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  })
