import { Button, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { everything, MOST } from '@/api/lists'
import type { Token } from '@/api/types'
import { useNow } from '@/app/now'
import { Confirm } from '@/components/Confirm'
import { FormDialog, useFields } from '@/components/FormDialog'
import { Rows } from '@/components/Page'
import { RegionsSelect } from '@/components/RegionSelect'
import { useZone } from '@/components/Regions'
import { Secret } from '@/components/Secret'
import { Time } from '@/components/Time'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'
import { dayOf, startOfDay } from '@/lib/dates'
import css from './Profile.module.css'

const key = ['own-tokens']

/** OwnTokens let a person's own programs in, as the person. */
export function OwnTokens() {
  const t = useT()
  const client = useQueryClient()
  const query = useQuery({
    queryKey: key,
    queryFn: () =>
      everything(after => data(api.GET('/api/v1/me/tokens', { params: { query: { limit: MOST, ...after } } }))),
  })
  const now = useNow()
  const expired = (x: Token) => x.expires_at !== undefined && Date.parse(x.expires_at) < now
  const [adding, setAdding] = useState(false)
  const [revoking, setRevoking] = useState<Token>()
  return (
    <section className={css.section} aria-labelledby="own-tokens">
      <div className={css.pair}>
        <h2 id="own-tokens">{t.profile.tokens}</h2>
        <Button variant="default" onClick={() => setAdding(true)}>
          {t.profile.newToken}
        </Button>
      </div>
      <p className="o-dim">{t.profile.tokensHint}</p>
      <Rows
        label={t.profile.tokens}
        rows={query.data?.filter(x => !x.revoked_at)}
        error={query.error}
        retry={query.refetch}
        id={x => x.id}
        dim={expired}
        empty={<p>{t.profile.noTokens}</p>}
        columns={[
          { name: t.tokens.name, kind: 'wide', cell: x => x.name },
          {
            name: t.tokens.used,
            kind: 'short',
            cell: x => (x.last_used_at ? <Time at={x.last_used_at} short recent /> : t.common.never),
          },
          {
            name: t.tokens.expires,
            kind: 'short',
            cell: x => (expired(x) ? t.tokens.expired : <Time at={x.expires_at} short />),
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: x => (
              <Button
                variant="default"
                size="compact-xs"
                aria-label={`${t.tokens.revoke}: ${x.name}`}
                onClick={() => setRevoking(x)}
              >
                {t.tokens.revoke}
              </Button>
            ),
          },
        ]}
      />
      {adding && <NewToken close={() => setAdding(false)} />}
      {revoking && (
        <Confirm
          title={t.tokens.revokeAsk}
          hint={`«${revoking.name}». ${t.tokens.revokeHint}`}
          submit={t.tokens.revoke}
          close={() => setRevoking(undefined)}
          onSubmit={async () => {
            await data(api.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id: revoking.id } } }))
            client.invalidateQueries({ queryKey: key })
            toast(`${revoking.name}: ${t.tokens.revoked}`)
          }}
        />
      )}
    </section>
  )
}

const DAY = 24 * 3600_000

function NewToken({ close }: { close(): void }) {
  const t = useT()
  const client = useQueryClient()
  const zone = useZone()
  const [secret, setSecret] = useState('')
  const inDays = (n: number) => dayOf(new Date(Date.now() + n * DAY), zone)
  const form = useFields({ name: '', expires_at: inDays(90), regions: [] as string[] })
  const v = form.values
  const send = async () => {
    const made = await data(
      api.POST('/api/v1/me/tokens', {
        body: {
          name: v.name.trim(),
          expires_at: startOfDay(v.expires_at, zone).toISOString(),
          ...(v.regions.length ? { regions: v.regions } : {}),
        },
      }),
    )
    client.invalidateQueries({ queryKey: key })
    setSecret(made.secret)
    return 'stay'
  }
  if (secret) return <Secret title={t.tokens.secret} hint={t.tokens.secretOnce} secret={secret} close={close} />
  return (
    <FormDialog
      title={t.profile.newToken}
      submit={t.common.create}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'expires_at', 'regions']}
      missing={{ name: !v.name.trim() && t.common.required, expires_at: !v.expires_at && t.common.required }}
    >
      <TextInput label={t.tokens.name} maxLength={200} data-autofocus {...form.text('name')} />
      <TextInput type="date" label={t.tokens.expires} min={inDays(1)} max={inDays(366)} {...form.text('expires_at')} />
      <RegionsSelect {...form.bind('regions')} description={t.searches.regionsHint} />
    </FormDialog>
  )
}
