import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import type { components } from '@/api/schema'
import type { Preset } from '@/api/types'
import type { Budget } from './words'

export type Example = components['schemas']['PresetExample']

export type Clocks = Record<string, Budget>

export const putPreset = (
  region: string,
  version: number,
  p: Pick<Preset, 'name' | 'title' | 'clocks'>,
): Promise<Preset> =>
  data(
    api.PUT('/api/v1/presets/{region}', {
      params: { path: { region } },
      body: { name: p.name, title: p.title, clocks: p.clocks, version },
    }),
  )

export const deletePreset = (region: string, name: string, version: number) =>
  data(api.DELETE('/api/v1/presets/{region}/{name}', { params: { path: { region, name }, query: { version } } }))

/** When the clocks would end if something came now; read anew every minute. */
export const exampleQuery = (region: string, clocks: Clocks, agency: number) =>
  queryOptions({
    queryKey: ['presets', region, 'example', clocks, agency],
    queryFn: ({ signal }) =>
      data(
        api.POST('/api/v1/presets/{region}/example', {
          params: { path: { region } },
          body: { clocks, ...(agency ? { agency } : {}) },
          signal,
        }),
      ),
    enabled: region !== '',
    staleTime: 30_000,
    gcTime: 60_000,
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    retry: false,
  })
