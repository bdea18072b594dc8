import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useRef } from 'react'
import { useShortcuts } from '@/app/shortcuts'
import { useT } from '@/i18n'

interface Props {
  label: string
  value: string | undefined
  onChange(typed: string | undefined): void
}

/** FindBox narrows a list by words; the slash takes the focus there. */
export function FindBox({ label, value, onChange }: Props) {
  const t = useT()
  const box = useRef<HTMLInputElement>(null)
  useShortcuts([{ keys: '/', label: t.keys.search, group: 'here', run: () => box.current?.focus() }])
  return (
    <TextInput
      ref={box}
      leftSection={<IconSearch size={14} />}
      placeholder={label}
      aria-label={label}
      w={260}
      value={value ?? ''}
      onChange={e => onChange(e.currentTarget.value || undefined)}
    />
  )
}
