import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { presetsQuery } from '@/api/queries'
import { useT } from '@/i18n'
import { presetTitle } from './words'

interface Props {
  label: string
  description: string
  region: string
  /** The name of a preset, or '' for none. */
  value: string
  onChange(v: string): void
  error?: string | undefined
}

/** A region's preset of deadlines, or none. */
export function PresetSelect({ region, value, onChange, ...rest }: Props) {
  const t = useT()
  const { data } = useQuery(presetsQuery(region))
  return (
    <Select
      data={(data ?? []).map(p => ({ value: p.name, label: presetTitle(p, t) }))}
      value={value || null}
      onChange={x => onChange(x ?? '')}
      clearable
      {...rest}
    />
  )
}
