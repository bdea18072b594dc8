import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { presetsQuery } from '@/api/queries'
import { useT } from '@/i18n'
import { presetTitle } from './words'

interface Props {
  label: string
  description?: string
  region: string
  /** The name of the preset that counts where none is chosen. */
  usual?: string
  /** The name of a preset, or '' for none. */
  value: string
  onChange(v: string): void
  error?: string | undefined
}

/** A region's preset of deadlines, or none. */
export function PresetSelect({ region, usual, value, onChange, ...rest }: Props) {
  const t = useT()
  const { data } = useQuery(presetsQuery(region))
  const presets = (data ?? []).map(p => ({ value: p.name, label: presetTitle(p, t) }))
  const counts = presets.find(p => p.value === usual)
  return (
    <Select
      data={presets}
      value={value || null}
      onChange={x => onChange(x ?? '')}
      clearable
      {...(counts ? { placeholder: counts.label } : {})}
      {...rest}
    />
  )
}
