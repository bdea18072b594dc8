import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asApiError } from '@/api/errors'
import { presetsQuery } from '@/api/queries'
import type { Preset } from '@/api/types'
import { FormDialog, useFields } from '@/components/FormDialog'
import { SavedMeanwhile } from '@/components/SavedMeanwhile'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { deletePreset, putPreset } from './data'
import { ExampleOf } from './Example'
import css from './Presets.module.css'
import {
  type Budget,
  budgetOf,
  type Clock,
  clocks,
  type Measure,
  measured,
  measures,
  plainName,
  presetTitle,
  type Start,
  sayPreset,
  sayStart,
  starts,
} from './words'

interface Props {
  region: string
  /** What is edited; one with version 0 that isn't built in is new. */
  preset: Preset
  fresh: boolean
  /** Names that are taken. */
  taken: string[]
  close(): void
}

// What a clock begins with when it is switched on.
const usual: Record<Clock, Budget> = {
  route: { amount: 60, unit: 'working', from: 'entered' },
  react: { amount: 180, unit: 'working', from: 'assigned' },
  answer: { amount: 540, unit: 'working', from: 'assigned' },
  cap: { amount: 1440, unit: 'wall', from: 'registered' },
  final: { amount: 7, unit: 'working_days', from: 'entered' },
}

/** PresetDialog edits a set of deadlines, with what it comes to. */
export function PresetDialog({ region, preset, fresh, taken, close }: Props) {
  const t = useT()
  const client = useQueryClient()
  const [version, setVersion] = useState(preset.version)
  const [theirs, setTheirs] = useState<Preset>()
  const [busy, setBusy] = useState(false)
  const form = useFields({
    title: fresh ? preset.title : presetTitle(preset, t),
    name: preset.name,
    clocks: preset.clocks as Partial<Record<Clock, Budget>>,
  })
  const v = form.values
  const name = v.name || (v.title.trim() ? plainName(v.title, taken) : '')
  const set = (clock: Clock, b: Budget | undefined) => {
    const { [clock]: _old, ...rest } = v.clocks
    form.set({ clocks: b ? { ...rest, [clock]: b } : rest })
    form.setErrors(Object.fromEntries(Object.entries(form.errors).filter(([k]) => !k.startsWith(`clocks.${clock}`))))
  }
  const given = Object.fromEntries(clocks.flatMap(c => (v.clocks[c] ? [[c, v.clocks[c]]] : []))) as Record<
    string,
    Budget
  >
  const mine = { name, title: v.title.trim(), clocks: given }
  const saved = async (over: number) => {
    const before = preset
    const now = await putPreset(region, over, mine)
    client.invalidateQueries({ queryKey: presetsQuery(region).queryKey })
    const back = async () => {
      try {
        if (before.version > 0) await putPreset(region, now.version, before)
        else await deletePreset(region, now.name, now.version)
      } catch (err) {
        toastError(err, t)
      }
      client.invalidateQueries({ queryKey: presetsQuery(region).queryKey })
    }
    toast(t.presets.saved(now.title), back)
  }
  const send = async () => {
    try {
      await saved(version)
    } catch (err) {
      if (asApiError(err).status !== 409) throw err
      const all = await client.fetchQuery({ ...presetsQuery(region), staleTime: 0 })
      setTheirs(all.find(p => p.name === name))
      return 'stay'
    }
  }
  const overwrite = async () => {
    setBusy(true)
    try {
      await saved(theirs?.version ?? 0)
      close()
    } catch (err) {
      toastError(err, t)
      setTheirs(undefined)
    }
    setBusy(false)
  }
  if (theirs)
    return (
      <SavedMeanwhile
        by={theirs.changed_by}
        at={theirs.changed_at}
        region={region}
        theirs={sayPreset(theirs, t)}
        mine={sayPreset(mine, t)}
        busy={busy}
        take={() => {
          form.set({ title: theirs.title, clocks: theirs.clocks as Partial<Record<Clock, Budget>> })
          setVersion(theirs.version)
          setTheirs(undefined)
        }}
        overwrite={overwrite}
        close={() => setTheirs(undefined)}
      />
    )
  const shown = clocks.flatMap(c => ['', '.amount', '.unit', '.from'].map(f => `clocks.${c}${f}`))
  return (
    <FormDialog
      title={fresh ? t.presets.new : t.presets.edit}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['title', 'name', ...shown]}
      size={880}
      missing={{ title: !v.title.trim() && t.common.required }}
    >
      <TextInput
        label={t.presets.name}
        description={t.presets.nameHint}
        maxLength={200}
        data-autofocus
        {...form.text('title')}
      />
      {fresh && !preset.name && (
        <TextInput
          label={t.presets.plain}
          description={t.presets.plainHint}
          maxLength={40}
          {...form.text('name')}
          value={name}
        />
      )}
      <div className={css.form}>
        {clocks.map(c => (
          <ClockFields key={c} clock={c} budget={v.clocks[c]} errors={form.errors} change={b => set(c, b)} />
        ))}
      </div>
      <ExampleOf region={region} clocks={given} />
      {!fresh && <p className="o-dim">{t.presets.affects}</p>}
    </FormDialog>
  )
}

interface ClockProps {
  clock: Clock
  budget: Budget | undefined
  errors: Record<string, string>
  change(b: Budget | undefined): void
}

function ClockFields({ clock, budget, errors, change }: ClockProps) {
  const t = useT()
  const name = t.presets.clocks[clock]
  // The measure is the person's: 60 minutes stay minutes while they are typed.
  const [measure, setMeasure] = useState<Measure>(() => measured(budget ?? usual[clock]).measure)
  const at = `clocks.${clock}`
  const check = (
    <Checkbox
      label={name}
      description={t.presets.clockHints[clock]}
      aria-label={t.presets.runs(name)}
      checked={budget !== undefined}
      onChange={e => {
        if (e.currentTarget.checked) setMeasure(measured(usual[clock]).measure)
        change(e.currentTarget.checked ? usual[clock] : undefined)
      }}
    />
  )
  if (!budget)
    return (
      <>
        {check}
        <span data-off className="o-dim">
          {t.presets.off}
        </span>
      </>
    )
  const hours = measure === 'working_hours' || measure === 'hours'
  const amount = hours ? budget.amount / 60 : budget.amount
  const from = budget.from as Start
  return (
    <>
      {check}
      <NumberInput
        aria-label={t.presets.amount(name)}
        value={amount || ''}
        onChange={x => change({ ...budget, amount: Math.round(Number(x) * (hours ? 60 : 1)) })}
        min={0}
        decimalScale={hours ? 2 : 0}
        decimalSeparator=","
        allowedDecimalSeparators={['.', ',']}
        allowNegative={false}
        hideControls
        error={errors[`${at}.amount`] ?? errors[at]}
      />
      <Select
        aria-label={t.presets.unit(name)}
        data={measures.map(m => ({ value: m, label: t.presets.measures[m] }))}
        value={measure}
        onChange={m => {
          if (!m) return
          setMeasure(m as Measure)
          change(budgetOf(amount, m as Measure, from))
        }}
        allowDeselect={false}
        error={errors[`${at}.unit`]}
      />
      <Select
        aria-label={t.presets.start(name)}
        data={starts.map(s => ({ value: s, label: sayStart(clock, s, t) }))}
        value={from}
        onChange={s => s && change({ ...budget, from: s })}
        allowDeselect={false}
        error={errors[`${at}.from`]}
      />
    </>
  )
}
