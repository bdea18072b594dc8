import { Alert, Checkbox, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, data } from '@/api/client'
import { agenciesQuery, rulesQuery, searchesQuery } from '@/api/queries'
import { type Rule, type Severity, severities } from '@/api/types'
import { useMe } from '@/app/me'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionSelect } from '@/components/RegionSelect'
import { useRegionName } from '@/components/Regions'
import { toast } from '@/components/toast'
import { PresetSelect } from '@/features/presets/PresetSelect'
import { Dates } from '@/features/searches/Dates'
import { useT } from '@/i18n'
import css from './Rules.module.css'
import { SearchQuery } from './SearchQuery'

interface Props {
  rule?: Rule
  /** The search of a new rule. */
  search?: number
  close(): void
}

export function RuleDialog({ rule, search, close }: Props) {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const { data: searches } = useQuery(searchesQuery)
  const { data: agencies } = useQuery(agenciesQuery)
  const from = searches?.find(s => s.id === search)
  const form = useFields({
    name: rule?.name ?? '',
    search: String(rule?.search ?? search ?? ''),
    region: rule?.region ?? '',
    mode: rule?.mode ?? 'suggest',
    severity: rule?.severity ?? 'normal',
    agency: rule?.agency ? String(rule.agency) : '',
    preset: rule?.preset ?? '',
    open_for_backfill: rule?.open_for_backfill ?? false,
  })
  const v = form.values
  const own = [...me.regions, ...(from?.regions ?? [])].filter(r => r !== '*')
  const region = v.region || (own.length > 0 ? (own[0] ?? '') : '')
  const name = v.name || from?.name || ''
  const regionName = useRegionName()
  const chosen = searches?.find(s => String(s.id) === v.search)
  const here = (agencies ?? []).filter(a => a.region === region && a.active)
  const send = async () => {
    const body = {
      name: name.trim(),
      search: Number(v.search),
      region,
      mode: v.mode as Rule['mode'],
      severity: v.severity as Rule['severity'],
      enabled: rule?.enabled ?? true,
      open_for_backfill: v.open_for_backfill,
      ...(v.agency ? { agency: Number(v.agency) } : {}),
      ...(v.preset ? { preset: v.preset } : {}),
    }
    if (rule) await data(api.PUT('/api/v1/rules/{id}', { params: { path: { id: rule.id } }, body }))
    else await data(api.POST('/api/v1/rules', { body }))
    client.invalidateQueries({ queryKey: rulesQuery.queryKey })
    toast(rule ? t.common.saved : t.rules.switchedOn(body.name))
  }
  return (
    <FormDialog
      title={rule ? t.rules.edit : t.rules.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'search', 'region', 'mode', 'severity', 'agency', 'preset', 'open_for_backfill']}
      missing={{
        name: !name.trim() && t.common.required,
        search: !v.search && t.common.required,
        region: !region && t.common.required,
      }}
    >
      {searches?.length === 0 && (
        <Alert variant="light" color="yellow" p="xs">
          {t.rules.needSearch} <Link to="/feed">{t.searches.toFeed}</Link>
        </Alert>
      )}
      {!rule && <p className="o-dim">{t.rules.what}</p>}
      <TextInput label={t.common.name} maxLength={200} data-autofocus {...form.text('name')} value={name} />
      <Select
        label={t.rules.search}
        description={chosen && <SearchQuery search={chosen} />}
        data={(searches ?? []).map(s => ({ value: String(s.id), label: s.name }))}
        // Two may have one name: what they look for tells them apart.
        renderOption={({ option }) => {
          const s = searches?.find(x => String(x.id) === option.value)
          return (
            <span className={css.option}>
              {option.label}
              {s && <SearchQuery search={s} />}
            </span>
          )
        }}
        value={v.search || null}
        onChange={x => form.set({ search: x ?? '' })}
        error={form.errors.search}
        searchable
        nothingFoundMessage={t.palette.nothing}
      />
      {chosen && <Dates query={chosen.query} rule />}
      <RegionSelect {...form.bind('region')} value={region} />
      <Select
        label={t.rules.mode}
        description={t.rules.modeHint[v.mode as 'auto']}
        data={(['suggest', 'auto'] as const).map(m => ({ value: m, label: t.rules.modes[m] }))}
        value={v.mode}
        onChange={x => x && form.set({ mode: x as Rule['mode'] })}
        allowDeselect={false}
        error={form.errors.mode}
      />
      <Select
        label={t.common.severity}
        data={severities.map(s => ({ value: s, label: t.severities[s] }))}
        value={v.severity}
        onChange={x => x && form.set({ severity: x as Rule['severity'] })}
        allowDeselect={false}
        error={form.errors.severity}
      />
      <Select
        label={t.common.agency}
        description={t.rules.agencyHint}
        data={here.map(a => ({ value: String(a.id), label: a.name }))}
        value={v.agency || null}
        onChange={x => form.set({ agency: x ?? '' })}
        error={form.errors.agency}
        searchable
        clearable
        nothingFoundMessage={t.palette.nothing}
      />
      <PresetSelect label={t.rules.preset} description={t.rules.presetHint} region={region} {...form.bind('preset')} />
      <Checkbox label={t.rules.backfill} description={t.rules.backfillHint} {...form.check('open_for_backfill')} />
      {chosen && region && (
        <p className={css.said} role="status">
          {t.rules.said({
            region: regionName(region),
            search: chosen.name,
            severity: t.severities[v.severity as Severity].toLowerCase(),
            agency: here.find(a => String(a.id) === v.agency)?.name ?? '',
            auto: v.mode === 'auto',
          })}
        </p>
      )}
    </FormDialog>
  )
}
