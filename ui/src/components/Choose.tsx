import { Button, Popover, TextInput } from '@mantine/core'
import { IconCheck, IconChevronDown } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import { useT } from '@/i18n'
import css from './Choose.module.css'

export interface Option {
  value: string
  label: string
}

interface Props {
  label: string
  options: Option[]
  value: string[]
  onChange(v: string[]): void
  /** One at most: choosing closes, choosing it again clears. */
  single?: boolean
  /** One exactly: there is nothing to clear. */
  required?: boolean
  className?: string | undefined
}

const LONG = 12 // options, beyond which they can be searched

/** Choose is a condition in one button: its name, what is chosen, and the options to choose from. */
export function Choose({ label, options, value, onChange, single, required, className }: Props) {
  const t = useT()
  const [opened, setOpened] = useState(false)
  const [typed, setTyped] = useState('')
  const named = value.length === 1 ? (options.find(o => o.value === value[0])?.label ?? value[0]) : undefined
  const plain = (s: string) => s.toLowerCase().replaceAll('ё', 'е')
  const shown = typed ? options.filter(o => plain(`${o.label} ${o.value}`).includes(plain(typed))) : options
  const toggle = (v: string) => {
    const on = value.includes(v)
    if (single) {
      if (!(on && required)) onChange(on ? [] : [v])
      setOpened(false)
    } else onChange(on ? value.filter(x => x !== v) : [...value, v])
  }
  return (
    <Popover
      opened={opened}
      onChange={o => {
        setOpened(o)
        setTyped('')
      }}
      position="bottom-start"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          className={`${css.button} ${className ?? ''}`}
          data-set={(value.length > 0 && !required) || undefined}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {required ? <span className="o-hidden">{label}: </span> : label}
          {value.length > 0 && (
            <span className={css.chosen}>
              {required ? '' : ': '}
              {named ?? value.length}
            </span>
          )}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={4} className={css.drop} onKeyDown={move}>
        {options.length > LONG && (
          <TextInput
            aria-label={t.common.find}
            placeholder={t.common.find}
            value={typed}
            onChange={e => setTyped(e.currentTarget.value)}
            data-autofocus
            mb={4}
          />
        )}
        {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles support it */}
        <div role={single ? 'radiogroup' : 'group'} aria-label={label} className={css.options}>
          {shown.map(o => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles support it
            <button
              key={o.value}
              type="button"
              role={single ? 'radio' : 'checkbox'}
              aria-checked={value.includes(o.value)}
              className={css.option}
              onClick={() => toggle(o.value)}
            >
              <span className={css.tick}>{value.includes(o.value) && <IconCheck size={14} aria-hidden />}</span>
              {o.label}
            </button>
          ))}
          {shown.length === 0 && <span className={css.none}>{t.palette.nothing}</span>}
        </div>
        {value.length > 0 && !required && (
          <button
            type="button"
            className={css.clear}
            onClick={() => {
              onChange([])
              setOpened(false)
            }}
          >
            {t.common.clear}
          </button>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}

/** The arrows move among the options. */
function move(e: KeyboardEvent<HTMLElement>): void {
  const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
  if (!step) return
  e.preventDefault()
  const all = [...e.currentTarget.querySelectorAll<HTMLElement>('input, button')]
  const at = all.indexOf(document.activeElement as HTMLElement)
  all[(at + step + all.length) % all.length]?.focus()
}
