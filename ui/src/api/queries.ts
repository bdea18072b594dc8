import { queryOptions } from '@tanstack/react-query'
import { api, data } from './client'
import { incidentsEvery } from './fresh'
import { everything, MOST } from './lists'
import { me } from './session'

/** What pages read, and how long it may be old. */
export const meQuery = queryOptions({ queryKey: ['me'], queryFn: me, staleTime: 5 * 60_000 })

export const regionsQuery = queryOptions({
  queryKey: ['regions', 'served'],
  queryFn: async () => (await data(api.GET('/api/v1/regions'))).items ?? [],
  staleTime: 10 * 60_000,
})

export const allRegionsQuery = queryOptions({
  queryKey: ['regions', 'all'],
  queryFn: async () => (await data(api.GET('/api/v1/regions', { params: { query: { all: true } } }))).items ?? [],
})

export const agenciesQuery = queryOptions({
  queryKey: ['agencies'],
  queryFn: async () => (await data(api.GET('/api/v1/agencies'))).items ?? [],
  staleTime: 60_000,
})

export const searchesQuery = queryOptions({
  queryKey: ['searches'],
  queryFn: () =>
    everything(after => data(api.GET('/api/v1/searches', { params: { query: { limit: MOST, ...after } } }))),
  staleTime: 30_000,
})

export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: async () => (await data(api.GET('/api/v1/rules'))).items ?? [],
  staleTime: 30_000,
})

export const sourcesQuery = queryOptions({
  queryKey: ['sources'],
  queryFn: () =>
    everything(after => data(api.GET('/api/v1/sources', { params: { query: { limit: MOST, ...after } } }))),
  // Whoever has added a source waits for its first reading.
  refetchInterval: q => (q.state.data?.some(s => s.enabled && s.health === 'new') ? 2000 : 15_000),
})

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => everything(after => data(api.GET('/api/v1/tokens', { params: { query: { limit: MOST, ...after } } }))),
})

export const presetsQuery = (region: string) =>
  queryOptions({
    queryKey: ['presets', region],
    queryFn: async () =>
      (await data(api.GET('/api/v1/presets/{region}', { params: { path: { region } } }))).items ?? [],
    enabled: region !== '',
    staleTime: 60_000,
  })

export const incidentQuery = (number: number) =>
  queryOptions({
    queryKey: ['incident', number],
    queryFn: () => data(api.GET('/api/v1/incidents/{number}', { params: { path: { number } } })),
    // A look at a sealed one is written down: it is read again only when it changes.
    refetchInterval: q => (q.state.data?.visibility === 'sealed' ? false : incidentsEvery()),
  })

export const copiesQuery = (id: string) =>
  queryOptions({
    queryKey: ['post', id, 'copies'],
    queryFn: ({ signal }) => data(api.GET('/api/v1/posts/{id}/copies', { params: { path: { id } }, signal })),
    staleTime: 60_000,
  })

export const postQuery = (id: string, query: string) =>
  queryOptions({
    queryKey: ['post', id, query],
    queryFn: () => data(api.GET('/api/v1/posts/{id}', { params: { path: { id }, query: query ? { query } : {} } })),
    staleTime: 15_000,
  })
