import { Checkbox, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { tokensQuery } from '@/api/queries'
import { type Role, roles } from '@/api/types'
import { useMe } from '@/app/me'
import { AgenciesSelect } from '@/components/AgenciesSelect'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionsSelect } from '@/components/RegionSelect'
import { useZone } from '@/components/Regions'
import { Secret } from '@/components/Secret'
import { useT } from '@/i18n'
import { startOfDay } from '@/lib/dates'

/** TokenDialog makes a token of a service, and shows its secret once. */
export function TokenDialog({ close }: { close(): void }) {
  const t = useT()
  const me = useMe()
  const zone = useZone()
  const client = useQueryClient()
  const [secret, setSecret] = useState('')
  const form = useFields({
    name: '',
    role: 'head' as Role,
    regions: [] as string[],
    agencies: [] as number[],
    sealed: false,
    expires_at: '',
  })
  const v = form.values
  const send = async () => {
    const made = await data(
      api.POST('/api/v1/tokens', {
        body: {
          name: v.name.trim(),
          role: v.role,
          regions: v.regions,
          sealed: v.sealed,
          ...(v.role === 'executor' ? { agencies: v.agencies } : {}),
          ...(v.expires_at ? { expires_at: startOfDay(v.expires_at, zone).toISOString() } : {}),
        },
      }),
    )
    client.invalidateQueries({ queryKey: tokensQuery.queryKey })
    setSecret(made.secret)
    return 'stay'
  }
  if (secret) return <Secret title={t.tokens.secret} hint={t.tokens.secretOnce} secret={secret} close={close} />
  return (
    <FormDialog
      title={t.tokens.new}
      submit={t.common.create}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'role', 'regions', 'agencies', 'sealed', 'expires_at']}
      missing={{
        name: !v.name.trim() && t.common.required,
        regions: v.regions.length === 0 && t.people.needRegions,
        agencies: v.role === 'executor' && v.agencies.length === 0 && t.people.needAgency,
      }}
    >
      <TextInput
        label={t.tokens.name}
        description={t.tokens.nameHint}
        maxLength={200}
        data-autofocus
        {...form.text('name')}
      />
      <Select
        label={t.common.role}
        data={roles.map(r => ({ value: r, label: t.roles[r] }))}
        value={v.role}
        onChange={x => x && form.set({ role: x as Role })}
        allowDeselect={false}
        error={form.errors.role}
      />
      <RegionsSelect {...form.bind('regions')} />
      {v.role === 'executor' && <AgenciesSelect {...form.bind('agencies')} regions={v.regions} />}
      <TextInput type="date" label={t.tokens.expires} description={t.tokens.expiresHint} {...form.text('expires_at')} />
      {me.sealed && <Checkbox label={t.people.sealed} {...form.check('sealed')} />}
    </FormDialog>
  )
}
