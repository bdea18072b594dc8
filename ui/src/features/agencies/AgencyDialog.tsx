import { Button, Checkbox, Group, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery } from '@/api/queries'
import type { Agency } from '@/api/types'
import { useMe } from '@/app/me'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionSelect } from '@/components/RegionSelect'
import { Secret } from '@/components/Secret'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { bodyOf } from './Agencies'
import css from './Agencies.module.css'
import { ShiftsField } from './ShiftsField'
import { newSecret, type Shifts } from './shifts'

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
    shifts: (agency?.shifts && Object.keys(agency.shifts).length > 0 ? agency.shifts : null) as Shifts | null,
    default: agency?.default ?? false,
  })
  const v = form.values
  const bodyNow = () => ({
    ...(agency ? bodyOf(agency) : {}),
    ...v,
    name: v.name.trim(),
    email: v.email.trim(),
    webhook_url: v.webhook_url.trim(),
    shifts: v.shifts ?? {},
  })
  const send = async () => {
    const body = bodyNow()
    const saved = agency
      ? await data(api.PUT('/api/v1/agencies/{id}', { params: { path: { id: agency.id } }, body }))
      : await data(api.POST('/api/v1/agencies', { body }))
    client.invalidateQueries({ queryKey: agenciesQuery.queryKey })
    toast(t.common.saved)
    if (!saved.webhook_secret) return undefined
    setSecret(saved.webhook_secret)
    return 'stay'
  }
  // What is on the server is tried, not what is on the screen.
  const untouched =
    agency !== undefined && agency.email === v.email.trim() && agency.webhook_url === v.webhook_url.trim()
  if (secret) return <Secret title={t.agencies.secret} hint={t.agencies.secretOnce} secret={secret} close={close} />
  return (
    <FormDialog
      title={agency ? t.agencies.edit : t.agencies.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'region', 'kind', 'email', 'webhook_url', 'shifts', 'default']}
      missing={{ name: !v.name.trim() && t.common.required, region: !v.region && t.common.required }}
    >
      <TextInput label={t.common.name} maxLength={200} data-autofocus {...form.text('name')} />
      {!agency && <RegionSelect {...form.bind('region')} />}
      <TextInput label={t.agencies.kind} description={t.agencies.kindHint} maxLength={100} {...form.text('kind')} />
      <ShiftsField {...form.bind('shifts')} />
      <TextInput
        type="email"
        label={t.agencies.email}
        description={t.agencies.emailHint}
        maxLength={254}
        {...form.text('email')}
      />
      <TextInput
        type="url"
        label={t.agencies.webhook}
        description={t.agencies.webhookHint}
        placeholder="https://"
        maxLength={2000}
        {...form.text('webhook_url')}
      />
      {agency && (agency.email || agency.webhook_url) && (
        <Ways agency={agency} untouched={untouched} onSecret={setSecret} />
      )}
      <Checkbox label={t.agencies.default} description={t.agencies.defaultHint} {...form.check('default')} />
    </FormDialog>
  )
}

/** Ways tries how an agency is told, and gives it another secret. */
function Ways({ agency, untouched, onSecret }: { agency: Agency; untouched: boolean; onSecret(s: string): void }) {
  const t = useT()
  const client = useQueryClient()
  const path = { params: { path: { id: agency.id } } }
  const test = useMutation({
    mutationFn: async () => (await data(api.POST('/api/v1/agencies/{id}/test', path))).items ?? [],
    onError: err => toastError(err, t),
  })
  const renew = useMutation({
    mutationFn: async () => {
      const webhook_secret = newSecret()
      await data(api.PUT('/api/v1/agencies/{id}', { ...path, body: { ...bodyOf(agency), webhook_secret } }))
      return webhook_secret
    },
    onSuccess: secret => {
      client.invalidateQueries({ queryKey: agenciesQuery.queryKey })
      onSecret(secret)
    },
    onError: err => toastError(err, t),
  })
  return (
    <div>
      <Group gap="xs">
        <Button variant="default" onClick={() => test.mutate()} loading={test.isPending} disabled={!untouched}>
          {t.agencies.test}
        </Button>
        {agency.webhook_url && (
          <Button variant="default" onClick={() => renew.mutate()} loading={renew.isPending} disabled={!untouched}>
            {t.agencies.newSecret}
          </Button>
        )}
      </Group>
      <p className="o-dim">{untouched ? t.agencies.testHint : t.agencies.saveFirst}</p>
      <div role="status">
        {test.data && (
          <ul className={css.tried}>
            {test.data.map(x => (
              <li key={x.channel}>
                {t.agencies.channels[x.channel] ?? x.channel}, {x.address}:{' '}
                <span className={x.sent ? css.ok : css.bad}>{x.sent ? t.agencies.arrived : x.reason}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}
