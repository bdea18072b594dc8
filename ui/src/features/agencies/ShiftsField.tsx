import { ActionIcon, Button, Checkbox, SegmentedControl } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { clockTime } from '@/features/presets/Example'
import { useT } from '@/i18n'
import css from './Agencies.module.css'
import { always, type Kind, kindOf, minutesOf, office, type Shift, type Shifts, week } from './shifts'

interface Props {
  value: Shifts | null
  onChange(s: Shifts | null): void
  error?: string | undefined
}

/** ShiftsField says when an agency works: as offices do, always, or day by day. */
export function ShiftsField({ value, onChange, error }: Props) {
  const t = useT()
  const kind = value === null ? 'office' : kindOf(value) === 'office' ? 'own' : kindOf(value)
  const choose = (k: Kind) => onChange(k === 'office' ? null : k === 'always' ? always() : (value ?? office()))
  return (
    <fieldset className={css.shifts}>
      <legend>{t.agencies.shifts}</legend>
      <SegmentedControl
        aria-label={t.agencies.shifts}
        value={kind}
        onChange={k => choose(k as Kind)}
        data={(['office', 'always', 'own'] as const).map(k => ({ value: k, label: t.agencies.shiftKinds[k] }))}
      />
      {kind === 'own' &&
        value &&
        week.map(d => <Day key={d} day={d} shifts={value[d] ?? []} change={s => onChange({ ...value, [d]: s })} />)}
      {error && (
        <p className={css.bad} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

function Day({ day, shifts, change }: { day: number; shifts: Shift[]; change(s: Shift[]): void }) {
  const t = useT()
  const name = t.agencies.days[day] ?? ''
  const set = (i: number, s: Partial<Shift>) => change(shifts.map((x, n) => (n === i ? { ...x, ...s } : x)))
  const last = shifts[shifts.length - 1]
  return (
    <div className={css.day}>
      <Checkbox
        label={name}
        checked={shifts.length > 0}
        onChange={e => change(e.currentTarget.checked ? [{ from: 540, to: 1080 }] : [])}
      />
      {shifts.map((s, i) => (
        <span key={i} className={css.shift}>
          <TimeField label={t.agencies.from(name)} value={s.from} onChange={from => set(i, { from })} />
          –
          <TimeField label={t.agencies.to(name)} value={s.to} onChange={to => set(i, { to })} />
          {shifts.length > 1 && (
            <ActionIcon
              size="sm"
              aria-label={`${t.common.remove}: ${name}`}
              onClick={() => change(shifts.toSpliced(i, 1))}
            >
              <IconX size={13} />
            </ActionIcon>
          )}
        </span>
      ))}
      {last && shifts.length < 3 && (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={`${t.agencies.addShift}: ${name}`}
          disabled={last.to >= 1380}
          onClick={() => change([...shifts, { from: last.to + 60, to: Math.min(last.to + 240, 1440) }])}
        >
          {t.agencies.addShift}
        </Button>
      )}
    </div>
  )
}

/** TimeField takes an hour as people write it; what is no time goes back to what it was. */
function TimeField({ label, value, onChange }: { label: string; value: number; onChange(minutes: number): void }) {
  const [typed, setTyped] = useState<string>()
  const done = () => {
    const n = typed === undefined ? undefined : minutesOf(typed)
    setTyped(undefined)
    if (n !== undefined) onChange(n)
  }
  return (
    <input
      inputMode="numeric"
      maxLength={5}
      aria-label={label}
      value={typed ?? clockTime(value)}
      onChange={e => setTyped(e.currentTarget.value)}
      onBlur={done}
    />
  )
}
