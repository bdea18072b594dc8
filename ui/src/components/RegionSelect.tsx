import { MultiSelect, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { regionsQuery } from '@/api/queries'
import { useMe } from '@/app/me'
import { useT } from '@/i18n'
import { useRegionName } from './Regions'

interface Many {
  value: string[]
  onChange(v: string[]): void
  error?: string | undefined
  description?: string
  label?: string
  required?: boolean
}

/** Regions of the person; all of them at once for who has all. */
export function RegionsSelect({ value, onChange, error, description, label, required }: Many) {
  const t = useT()
  const me = useMe()
  const name = useRegionName()
  const { data } = useQuery(regionsQuery)
  const codes = [...new Set([...(me.regions.includes('*') ? ['*'] : []), ...(data ?? []).map(r => r.code), ...value])]
  return (
    <MultiSelect
      label={label ?? t.common.regions}
      {...(description ? { description } : {})}
      data={codes.map(c => ({ value: c, label: name(c) }))}
      value={value}
      // All and some others is all.
      onChange={v =>
        onChange(v.includes('*') && !value.includes('*') ? ['*'] : v.filter(x => x !== '*' || v.length === 1))
      }
      error={error}
      searchable
      clearable
      required={required ?? false}
      withAsterisk={false}
      maxDropdownHeight={280}
    />
  )
}

interface One {
  value: string
  onChange(v: string): void
  error?: string | undefined
  only?: string[] | null | undefined
}

export function RegionSelect({ value, onChange, error, only }: One) {
  const t = useT()
  const name = useRegionName()
  const { data } = useQuery(regionsQuery)
  const codes = only?.length ? only : [...new Set([...(data ?? []).map(r => r.code), ...(value ? [value] : [])])]
  return (
    <Select
      label={t.common.region}
      data={codes.map(c => ({ value: c, label: name(c) }))}
      value={value || null}
      onChange={v => onChange(v ?? '')}
      error={error}
      searchable={codes.length > 8}
      allowDeselect={false}
      maxDropdownHeight={280}
    />
  )
}
