import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useMemo } from 'react'
import { regionsQuery } from '@/api/queries'
import { useMe } from '@/app/me'
import { useSpeech } from '@/i18n'
import { localZone } from '@/lib/dates'

interface Regions {
  /** Whoever is signed in has one region only: nothing needs to say which. */
  one: boolean
  name(code: string): string
  zone(code: string | null | undefined): string
}

const here = localZone()
const Context = createContext<Regions>({ one: false, name: code => code, zone: () => here })

/**
 * RegionsProvider knows the names and zones of regions. One for the page:
 * every row of every list asks, and a query each would cost more than the row.
 */
export function RegionsProvider({ children }: { children: ReactNode }) {
  const { data } = useQuery(regionsQuery)
  const { language, t } = useSpeech()
  const own = useMe().regions
  const one = own.length === 1 && own[0] !== '*'
  const value = useMemo<Regions>(() => {
    const all = new Map((data ?? []).map(r => [r.code, r]))
    return {
      one,
      name: code => {
        if (code === '*') return t.common.allRegions
        const r = all.get(code)
        return (language === 'en' ? r?.name_en : r?.name) || code
      },
      zone: code => (code ? all.get(code)?.zone : undefined) ?? here,
    }
  }, [data, language, t, one])
  return <Context.Provider value={value}>{children}</Context.Provider>
}

/** A region's name; its code where the name is not known. */
export const useRegionName = (): ((code: string) => string) => useContext(Context).name

export const useOneRegion = (): boolean => useContext(Context).one

/** The zone of a region; without one, or for an unknown one, that of the reader's machine. */
export const useZone = (region?: string | null): string => useContext(Context).zone(region)
