import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { regionsQuery } from '@/api/queries'
import { useMe } from '@/app/me'
import { useT } from '@/i18n'
import { useRegionName } from './Regions'

/** useRegion gives the region that a page is about: the chosen one, else the person's first; '' while none is known. */
export function useRegion(chosen: string | undefined): string {
  const me = useMe()
  const { data } = useQuery(regionsQuery)
  return chosen ?? me.regions.find(r => r !== '*') ?? data?.[0]?.code ?? ''
}

/** RegionPick chooses the region that a page is about; nothing where there is only one. */
export function RegionPick({ value, onChange }: { value: string; onChange(region: string): void }) {
  const t = useT()
  const name = useRegionName()
  const { data } = useQuery(regionsQuery)
  const codes = [...new Set([...(data ?? []).map(r => r.code), ...(value ? [value] : [])])]
  if (codes.length < 2) return null
  return (
    <Select
      aria-label={t.common.region}
      data={codes.map(c => ({ value: c, label: name(c) }))}
      value={value || null}
      onChange={v => v && onChange(v)}
      allowDeselect={false}
      searchable={codes.length > 8}
      w={260}
    />
  )
}
