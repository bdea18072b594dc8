import { Checkbox, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery } from '@/api/queries'
import type { Agency } from '@/api/types'
import { useMe } from '@/app/me'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionSelect } from '@/components/RegionSelect'
import { Secret } from '@/components/Secret'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'
import { bodyOf } from './Agencies'

export function AgencyDialog({ agency, region, close }: { agency?: Agency; region?: string; close(): void }) {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const [secret, setSecret] = useState('')
  const own = me.regions.find(r => r !== '*') ?? ''
  const form = useFields({
    name: agency?.name ?? '',
    region: agency?.region ?? region ?? own,
    kind: agency?.kind ?? '',
    email: agency?.email ?? '',
    webhook_url: agency?.webhook_url ?? '',
    default: agency?.default ?? false,
  })
  const v = form.values
  const send = async () => {
    const body = {
      ...(agency ? bodyOf(agency) : {}),
      ...v,
      name: v.name.trim(),
      email: v.email.trim(),
      webhook_url: v.webhook_url.trim(),
    }
    const saved = agency
      ? await data(api.PUT('/api/v1/agencies/{id}', { params: { path: { id: agency.id } }, body }))
      : await data(api.POST('/api/v1/agencies', { body }))
    client.invalidateQueries({ queryKey: agenciesQuery.queryKey })
    toast(t.common.saved)
    if (!saved.webhook_secret) return undefined
    setSecret(saved.webhook_secret)
    return 'stay'
  }
  if (secret) return <Secret title={t.agencies.secret} hint={t.agencies.secretOnce} secret={secret} close={close} />
  return (
    <FormDialog
      title={agency ? t.agencies.edit : t.agencies.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'region', 'kind', 'email', 'webhook_url', 'default']}
      disabled={!v.name.trim() || !v.region}
    >
      <TextInput label={t.common.name} maxLength={200} data-autofocus {...form.text('name')} />
      <RegionSelect {...form.bind('region')} />
      <TextInput label={t.agencies.kind} description={t.agencies.kindHint} maxLength={100} {...form.text('kind')} />
      <TextInput type="email" label={t.agencies.email} {...form.text('email')} />
      <TextInput
        type="url"
        label={t.agencies.webhook}
        description={t.agencies.webhookHint}
        placeholder="https://"
        {...form.text('webhook_url')}
      />
      <Checkbox label={t.agencies.default} {...form.check('default')} />
    </FormDialog>
  )
}
