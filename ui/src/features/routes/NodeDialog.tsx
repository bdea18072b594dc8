import { Checkbox, Fieldset, MultiSelect, Select, TagsInput, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { agenciesQuery, searchesQuery, sourcesQuery } from '@/api/queries'
import { type RouteNode, severities } from '@/api/types'
import { useMe } from '@/app/me'
import { FormDialog, useFields } from '@/components/FormDialog'
import { PresetSelect } from '@/features/presets/PresetSelect'
import { useT } from '@/i18n'
import css from './Routes.module.css'
import type { Names } from './words'

interface Props {
  node: RouteNode
  region: string
  root: boolean
  title: string
  names: Names
  /** What the server has found wrong with the node, by field. */
  errors: Record<string, string>
  save(n: RouteNode): void
  close(): void
}

// Every field that has an input here; `when.` is what a condition's fields begin with.
const fields = [
  'name',
  'when.searches',
  'when.severities',
  'when.networks',
  'when.sources',
  'agency',
  'preset',
  'curator',
  'watchers',
]

/** NodeDialog edits one node of a tree. It saves into the tree on the screen; the tree is saved as a whole. */
export function NodeDialog({ node, region, root, title, names, errors, save, close }: Props) {
  const t = useT()
  const me = useMe()
  const { data: agencies } = useQuery(agenciesQuery)
  const { data: searches } = useQuery({ ...searchesQuery, enabled: me.may('see posts') })
  const { data: sources } = useQuery({ ...sourcesQuery, enabled: me.may('see posts') })
  const when = node.when ?? {}
  const form = useFields(
    {
      name: node.name ?? '',
      'when.searches': (when.searches ?? []).map(String),
      'when.severities': when.severities ?? [],
      'when.networks': when.networks ?? [],
      'when.sources': when.sources ?? [],
      agency: node.agency ? String(node.agency) : '',
      preset: node.preset ?? '',
      curator: node.curator ?? '',
      watchers: node.watchers ?? [],
      continue: node.continue ?? false,
    },
    errors,
  )
  const v = form.values
  const here = (agencies ?? []).filter(a => a.region === region && (a.active || String(a.id) === v.agency))
  const inRegion = (regions: string[] | null | undefined) =>
    !regions || regions.includes('*') || regions.includes(region)
  const networks = [...new Set([...(sources ?? []).map(s => s.network), ...v['when.networks']])]
  const send = async () =>
    save({
      ...node,
      name: v.name.trim(),
      when: {
        ...when,
        searches: v['when.searches'].map(Number),
        severities: v['when.severities'],
        networks: v['when.networks'],
        sources: v['when.sources'],
      },
      agency: v.agency ? Number(v.agency) : 0,
      preset: v.preset,
      curator: v.curator.trim(),
      watchers: v.watchers,
      continue: v.continue,
    })
  const many = (name: 'when.searches' | 'when.severities' | 'when.networks' | 'when.sources') => ({
    ...form.bind(name),
    searchable: true,
    clearable: true,
    nothingFoundMessage: t.palette.nothing,
    maxDropdownHeight: 260,
  })
  return (
    <FormDialog
      title={title}
      submit={t.common.done}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={fields}
      size="lg"
      missing={{ name: !root && !v.name.trim() && t.common.required }}
    >
      {root ? (
        <p className="o-dim">{t.routes.rootHint}</p>
      ) : (
        <TextInput
          label={t.routes.name}
          description={t.routes.nameHint}
          maxLength={100}
          data-autofocus
          {...form.text('name')}
        />
      )}
      {!root && (
        <Fieldset legend={t.routes.when} className={css.fields}>
          <p className={`o-dim ${css.whole}`}>{t.routes.whenHint}</p>
          <MultiSelect
            label={t.routes.searches}
            placeholder={v['when.searches'].length ? '' : t.routes.any}
            data={[
              ...(searches ?? []).filter(s => inRegion(s.regions)).map(s => ({ value: String(s.id), label: s.name })),
              ...v['when.searches']
                .filter(id => !searches?.some(s => String(s.id) === id && inRegion(s.regions)))
                .map(id => ({ value: id, label: names.search(Number(id)) })),
            ]}
            {...many('when.searches')}
          />
          <MultiSelect
            label={t.routes.severities}
            placeholder={v['when.severities'].length ? '' : t.routes.anyShe}
            data={severities.map(s => ({ value: s, label: t.severities[s] }))}
            {...many('when.severities')}
          />
          <MultiSelect
            label={t.routes.networks}
            placeholder={v['when.networks'].length ? '' : t.routes.anyShe}
            data={networks.map(n => ({ value: n, label: t.networks[n] ?? n }))}
            {...many('when.networks')}
          />
          <MultiSelect
            label={t.routes.sources}
            placeholder={v['when.sources'].length ? '' : t.routes.any}
            data={[
              ...(sources ?? [])
                .filter(s => s.source && inRegion(s.regions))
                .map(s => ({ value: s.source ?? '', label: s.title || s.address })),
              ...v['when.sources']
                .filter(id => !sources?.some(s => s.source === id && inRegion(s.regions)))
                .map(id => ({ value: id, label: names.source(id) })),
            ]}
            {...many('when.sources')}
          />
        </Fieldset>
      )}
      <Fieldset legend={t.routes.gives} className={css.fields}>
        <Select
          label={t.routes.agency}
          description={root ? t.routes.rootAgencyHint : t.routes.agencyHint}
          data={here.map(a => ({
            value: String(a.id),
            label: a.active ? a.name : `${a.name} (${t.agencies.inactive})`,
          }))}
          value={v.agency || null}
          onChange={x => form.set({ agency: x ?? '' })}
          error={form.errors.agency}
          searchable
          clearable
          nothingFoundMessage={t.palette.nothing}
          {...(root ? { 'data-autofocus': true } : {})}
        />
        <PresetSelect
          label={t.routes.presetLabel}
          description={t.routes.presetHint}
          region={region}
          {...form.bind('preset')}
        />
        <TextInput
          label={t.routes.curatorLabel}
          description={t.routes.curatorHint}
          type="email"
          maxLength={254}
          {...form.text('curator')}
        />
        <TagsInput
          label={t.routes.watchersLabel}
          description={t.routes.watchersHint}
          size="xs"
          maxTags={50}
          {...form.bind('watchers')}
        />
        {!root && (
          <Checkbox
            className={css.whole}
            label={t.routes.goOn}
            description={t.routes.goOnHint}
            {...form.check('continue')}
          />
        )}
      </Fieldset>
    </FormDialog>
  )
}
