import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { tokensQuery } from '@/api/queries'
import type { Token } from '@/api/types'
import { useNow } from '@/app/now'
import { useShortcuts } from '@/app/shortcuts'
import { Confirm } from '@/components/Confirm'
import { Names, Page, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast } from '@/components/toast'
import { useT, word } from '@/i18n'
import { TokenDialog } from './TokenDialog'

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
            cell: x => x.name,
          },
          {
            name: t.tokens.holder,
            cell: x => (x.personal ? x.holder : <span className="o-dim">{t.tokens.service}</span>),
          },
          { name: t.common.role, kind: 'short', cell: x => word(t.roles, x.role) },
          { name: t.common.regions, cell: x => <Names of={(x.regions ?? []).map(regionName)} /> },
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
