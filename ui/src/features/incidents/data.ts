import { infiniteQueryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import { incidentsEvery } from '@/api/fresh'
import type { paths } from '@/api/schema'

export type IncidentQuery = NonNullable<paths['/api/v1/incidents']['get']['parameters']['query']>

/** A list of incidents by conditions, page by page; it keeps itself fresh. */
export const incidentsQuery = (query: IncidentQuery, limit = 100) =>
  infiniteQueryOptions({
    queryKey: ['incidents', query, limit],
    queryFn: ({ pageParam, signal }) =>
      data(
        api.GET('/api/v1/incidents', {
          params: { query: { ...query, limit, ...(pageParam ? { after: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: '',
    getNextPageParam: p => p.next || undefined,
    refetchInterval: incidentsEvery,
    maxPages: 50,
  })
