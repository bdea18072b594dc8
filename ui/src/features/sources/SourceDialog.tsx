import { Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { api, data } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source, SourceDraft } from '@/api/types'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionsSelect } from '@/components/RegionSelect'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'
import { everyName } from './words'

const networks = ['telegram', 'rss', 'vk']
const intervals = ['30s', '1m', '5m', '15m', '1h', '6h', '1d']

/** networkOf guesses the network of what was typed, so that pasting a link is enough. */
export function networkOf(address: string): string {
  if (/^(https?:\/\/)?(www\.)?(t\.me|telegram\.me)\//i.test(address) || /^@?[a-z][a-z0-9_]{3,}$/i.test(address))
    return 'telegram'
  if (/^(https?:\/\/)?(www\.|m\.)?vk\.(com|ru)\//i.test(address)) return 'vk'
  return /^https?:\/\//i.test(address) ? 'rss' : ''
}

/** plainAddress takes the name out of a pasted link. */
export function plainAddress(address: string, network: string): string {
  const s = address.trim().replace(/^@/, '')
  if (network === 'telegram')
    return s.replace(/^(https?:\/\/)?(www\.)?(t\.me|telegram\.me)\/(s\/)?/i, '').replace(/[/?#].*$/, '')
  if (network === 'vk') return s.replace(/^(https?:\/\/)?(www\.|m\.)?vk\.(com|ru)\//i, '').replace(/[/?#].*$/, '')
  return s
}

export function SourceDialog({ source, close }: { source?: Source; close(): void }) {
  const t = useT()
  const client = useQueryClient()
  const form = useFields({
    network: source?.network ?? '',
    address: source?.address ?? '',
    regions: source?.regions ?? [],
    visibility: source?.visibility ?? 'public',
    every: source?.every ?? '',
    backfill: source ? String(source.backfill) : '',
  })
  const v = form.values
  const network = v.network || networkOf(v.address) || 'telegram'
  const send = async () => {
    const common = {
      regions: v.regions,
      visibility: v.visibility as NonNullable<SourceDraft['visibility']>,
      ...(v.every ? { every: v.every.trim() } : {}),
      ...(/^\d+$/.test(v.backfill.trim()) ? { backfill: Number(v.backfill) } : {}),
    }
    if (source)
      await data(
        api.PUT('/api/v1/sources/{id}', {
          params: { path: { id: source.id } },
          body: { ...common, class: source.class, enabled: source.enabled },
        }),
      )
    else
      await data(
        api.POST('/api/v1/sources', { body: { ...common, network, address: plainAddress(v.address, network) } }),
      )
    client.invalidateQueries({ queryKey: sourcesQuery.queryKey })
    toast(source ? t.common.saved : t.sources.readSoon)
  }
  return (
    <FormDialog
      title={source ? `${t.sources.edit}: ${source.title || source.address}` : t.sources.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['network', 'address', 'regions', 'visibility', 'every', 'backfill']}
      missing={{
        address: !source && !v.address.trim() && t.common.required,
        regions: v.regions.length === 0 && t.sources.needRegions,
      }}
    >
      {!source && (
        <>
          <TextInput
            label={t.sources.address}
            description={t.sources.addressHint}
            maxLength={2000}
            data-autofocus
            {...form.text('address')}
          />
          <Select
            label={t.sources.network}
            data={networks.map(n => ({ value: n, label: t.networks[n] ?? n }))}
            value={network}
            onChange={x => form.set({ network: x ?? '' })}
            allowDeselect={false}
            error={form.errors.network}
          />
        </>
      )}
      <RegionsSelect {...form.bind('regions')} />
      <Select
        label={t.sources.visibility}
        description={t.sources.visibilityHints[v.visibility]}
        data={(['public', 'partner', 'sealed'] as const).map(x => ({ value: x, label: t.visibilities[x] ?? x }))}
        value={v.visibility}
        onChange={x => x && form.set({ visibility: x })}
        allowDeselect={false}
        error={form.errors.visibility}
      />
      <Select
        label={t.sources.every}
        placeholder={t.sources.usual}
        data={[...new Set([...intervals, ...(v.every ? [v.every] : [])])].map(e => ({
          value: e,
          label: everyName(e, t),
        }))}
        value={v.every || null}
        onChange={x => form.set({ every: x ?? '' })}
        error={form.errors.every}
        clearable
      />
      <TextInput label={t.sources.backfill} inputMode="numeric" maxLength={9} {...form.text('backfill')} />
    </FormDialog>
  )
}
