import { MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { agenciesQuery } from '@/api/queries'
import { useT } from '@/i18n'

interface Props {
  value: number[]
  onChange(v: number[]): void
  error?: string | undefined
  /** Only of these regions; none chosen: of all. */
  regions: string[]
}

/** The agencies that an executor works for. */
export function AgenciesSelect({ value, onChange, error, regions }: Props) {
  const t = useT()
  const { data } = useQuery(agenciesQuery)
  const anywhere = regions.length === 0 || regions.includes('*')
  const shown = (data ?? []).filter(a => value.includes(a.id) || (a.active && (anywhere || regions.includes(a.region))))
  return (
    <MultiSelect
      label={t.common.agency}
      description={t.people.executorNeedsAgency}
      data={shown.map(a => ({ value: String(a.id), label: a.name }))}
      value={value.map(String)}
      onChange={v => onChange(v.map(Number))}
      error={error}
      searchable
      clearable
      nothingFoundMessage={t.palette.nothing}
      maxDropdownHeight={260}
    />
  )
}
