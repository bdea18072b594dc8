import { Button, Checkbox, Select, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { tokensQuery } from '@/api/queries'
import { type Role, roles, type Token } from '@/api/types'
import { useMe } from '@/app/me'
import { useNow } from '@/app/now'
import { useShortcuts } from '@/app/shortcuts'
import { AgenciesSelect } from '@/components/AgenciesSelect'
import { Confirm } from '@/components/Confirm'
import { FormDialog, useFields } from '@/components/FormDialog'
import { Page, Rows } from '@/components/Page'
import { RegionsSelect } from '@/components/RegionSelect'
import { useRegionName, useZone } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Secret } from '@/components/Secret'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'
import { startOfDay } from '@/lib/dates'

/** Tokens let programs in. */
export function Tokens() {
  const t = useT()
  const client = useQueryClient()
  const regionName = useRegionName()
  const now = useNow()
  const query = useQuery(tokensQuery)
  const [adding, setAdding] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  useShortcuts([{ keys: 'c', label: t.tokens.new, group: 'here', run: () => setAdding(true) }])
  const expired = (x: Token) => x.expires_at !== undefined && Date.parse(x.expires_at) < now
  const revoke = async (x: Token) => {
    await data(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: x.id } } }))
    client.invalidateQueries({ queryKey: tokensQuery.queryKey })
    toast(`${x.name}: ${t.tokens.revoked}`)
  }
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.tokens.new}
    </Button>
  )
  return (
    <Page title={t.tokens.title} about={t.tokens.about} actions={add}>
      <Rows
        label={t.tokens.title}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={x => x.id}
        dim={x => !!x.revoked_at || expired(x)}
        empty={
          <Empty title={t.tokens.empty} hint={t.tokens.emptyHint}>
            {add}
          </Empty>
        }
        columns={[
          {
            name: t.tokens.name,
            kind: 'wide',
            cell: x => (x.holder && x.holder !== x.name ? `${x.name} (${x.holder})` : x.name),
          },
          { name: t.common.role, kind: 'short', cell: x => t.roles[x.role as Role] ?? x.role },
          { name: t.common.regions, cell: x => (x.regions ?? []).map(regionName).join(', ') },
          {
            name: t.tokens.created,
            kind: 'short',
            cell: x => (
              <>
                <Time at={x.created_at} short /> <span className="o-dim">{x.created_by}</span>
              </>
            ),
          },
          {
            name: t.tokens.used,
            kind: 'short',
            cell: x =>
              x.last_used_at ? (
                <Time at={x.last_used_at} short recent />
              ) : (
                <span className="o-dim">{t.common.never}</span>
              ),
          },
          {
            name: t.tokens.expires,
            kind: 'short',
            cell: x =>
              x.revoked_at ? (
                t.tokens.revoked
              ) : expired(x) ? (
                t.tokens.expired
              ) : x.expires_at ? (
                <Time at={x.expires_at} short />
              ) : (
                <span className="o-dim">{t.common.never}</span>
              ),
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: x =>
              !x.revoked_at && (
                <RowMenu of={x.name} actions={[{ name: t.tokens.revoke, run: () => setRevoking(x), danger: true }]} />
              ),
          },
        ]}
      />
      {adding && <TokenDialog close={() => setAdding(false)} />}
      {revoking && (
        <Confirm
          title={t.tokens.revokeAsk}
          hint={`«${revoking.name}». ${t.tokens.revokeHint}`}
          submit={t.tokens.revoke}
          close={() => setRevoking(undefined)}
          onSubmit={() => revoke(revoking)}
        />
      )}
    </Page>
  )
}

function TokenDialog({ close }: { close(): void }) {
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
      disabled={!v.name.trim() || v.regions.length === 0 || (v.role === 'executor' && v.agencies.length === 0)}
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
