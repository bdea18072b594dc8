import { useQueries, useQuery } from '@tanstack/react-query'
import { agenciesQuery, presetsQuery, searchesQuery, sourcesQuery } from '@/api/queries'
import { useMe } from '@/app/me'
import { useRegionName } from '@/components/Regions'
import { useMoment } from '@/components/Time'
import { presetTitle } from '@/features/presets/words'
import { useT } from '@/i18n'
import { when } from '@/lib/dates'
import type { AuditEvent } from './data'
import type { Words } from './words'

const REGIONS = 8 // whose presets are asked for; those of more are called by their short names

/** useWords gives the words for events of a region: the names of what they are about. */
export function useWords(events: AuditEvent[]): (region: string | undefined) => Words {
  const t = useT()
  const me = useMe()
  const region = useRegionName()
  const m = useMoment()
  const { data: agencies } = useQuery(agenciesQuery)
  const { data: searches } = useQuery({ ...searchesQuery, enabled: me.may('see posts') })
  const { data: sources } = useQuery({ ...sourcesQuery, enabled: me.may('see posts'), refetchInterval: false })
  const named = events.filter(e => e.thing === 'route' || e.thing === 'rule').flatMap(e => e.regions ?? [])
  const codes = [...new Set(named)].filter(c => c !== '*').slice(0, REGIONS)
  const presets = useQueries({ queries: codes.map(presetsQuery) })
  return code => {
    const here = presets[codes.indexOf(code ?? '')]?.data
    return {
      t,
      region,
      when: at => when(new Date(at), m),
      names: {
        agency: id => agencies?.find(a => a.id === id)?.name ?? `№ ${id}`,
        search: id => searches?.find(s => s.id === id)?.name ?? `№ ${id}`,
        source: id => sources?.find(s => s.source === id)?.title || id,
        preset: name => {
          const p = here?.find(x => x.name === name)
          return p ? presetTitle(p, t) : name
        },
        // What is gone since was there then.
        thereIs: { agency: () => true, search: () => true },
      },
    }
  }
}
