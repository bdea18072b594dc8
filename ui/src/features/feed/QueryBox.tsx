import { ActionIcon, Button, Popover } from '@mantine/core'
import { IconHelpCircle, IconSearch, IconX } from '@tabler/icons-react'
import { type Ref, useId, useState } from 'react'
import { useT } from '@/i18n'
import { type Fault, slices } from '@/lib/query'
import css from './QueryBox.module.css'
import { QueryHelp } from './QueryHelp'

interface Props {
  value: string
  onChange(q: string): void
  onSubmit(): void
  /** Of the query as it was sent; they are shown while it still stands in the box. */
  faults: Fault[]
  busy?: boolean
  inputRef?: Ref<HTMLTextAreaElement>
}

/** An example in the language of the posts. */
export const example = 'отопление -реклама region:RU-PRI'

/**
 * QueryBox is the search box. A layer under the text, with the same letters,
 * underlines what the server found wrong, at its place.
 */
export function QueryBox({ value, onChange, onSubmit, faults, busy, inputRef }: Props) {
  const t = useT()
  const id = useId()
  const [help, setHelp] = useState(false)
  return (
    <form
      role="search"
      className={css.form}
      onSubmit={e => {
        e.preventDefault()
        onSubmit()
      }}
    >
      <div className={css.box} data-bad={faults.length > 0 || undefined}>
        <IconSearch size={16} aria-hidden className={css.icon} />
        <div className={css.field}>
          <div className={css.under} aria-hidden>
            {slices(value, faults).map((s, i) => (s.bad ? <u key={i}>{s.text}</u> : <span key={i}>{s.text}</span>))}
            {'​'}
          </div>
          <textarea
            ref={inputRef}
            className={css.input}
            rows={1}
            value={value}
            maxLength={10_000}
            spellCheck={false}
            autoCapitalize="off"
            aria-label={t.feed.box}
            placeholder={`${t.feed.example}: ${example}`}
            aria-invalid={faults.length > 0}
            aria-describedby={faults.length > 0 ? id : undefined}
            onChange={e => onChange(e.target.value.replaceAll('\n', ' '))}
            onKeyDown={e => {
              if (e.key === 'Enter' && !e.nativeEvent.isComposing) {
                e.preventDefault()
                onSubmit()
              } else if (e.key === 'Escape') e.currentTarget.blur()
            }}
          />
        </div>
        {value && (
          <ActionIcon
            size="sm"
            aria-label={t.common.clear}
            onClick={() => {
              onChange('')
            }}
          >
            <IconX size={14} />
          </ActionIcon>
        )}
        <Popover opened={help} onChange={setHelp} width={430} position="bottom-end" trapFocus>
          <Popover.Target>
            <ActionIcon size="sm" aria-label={t.feed.help} aria-expanded={help} onClick={() => setHelp(!help)}>
              <IconHelpCircle size={16} />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown>
            <QueryHelp
              use={q => {
                onChange(value ? `${value} ${q}` : q)
                setHelp(false)
              }}
            />
          </Popover.Dropdown>
        </Popover>
        <Button type="submit" loading={busy ?? false} className={css.go}>
          {t.feed.search}
        </Button>
      </div>
      {faults.length > 0 && (
        <div role="alert" aria-label={t.query.problems}>
          <ul id={id} className={css.faults}>
            {faults.map((f, i) => (
              <li key={i}>
                {f.end > f.start && <code>{value.slice(f.start, f.end)}</code>} {f.message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </form>
  )
}
