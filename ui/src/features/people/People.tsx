import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { agenciesQuery } from '@/api/queries'
import { type Person, people, resetTotp } from '@/api/session'
import { useShortcuts } from '@/app/shortcuts'
import { Confirm } from '@/components/Confirm'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast } from '@/components/toast'
import { useT, word } from '@/i18n'
import { PersonDialog } from './PersonDialog'

export const peopleQuery = { queryKey: ['people'], queryFn: people }

/** People are who signs in, and what each of them sees. */
export function People() {
  const t = useT()
  const regionName = useRegionName()
  const query = useQuery(peopleQuery)
  const { data: agencies } = useQuery(agenciesQuery)
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Person>()
  const [resetting, setResetting] = useState<Person>()
  const client = useQueryClient()
  const navigate = useNavigate()
  useShortcuts([{ keys: 'c', label: t.people.new, group: 'here', run: () => setAdding(true) }])
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.people.new}
    </Button>
  )
  return (
    <Page title={t.people.title} about={t.people.about} actions={add}>
      <Rows
        label={t.people.title}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={p => p.id}
        dim={p => p.disabled}
        empty={
          <Empty title={t.people.empty} hint={t.people.emptyHint}>
            {add}
          </Empty>
        }
        columns={[
          {
            name: t.common.personName,
            kind: 'wide',
            cell: p => (
              <span>
                <RowName onClick={() => setEditing(p)}>{p.name}</RowName>{' '}
                {p.disabled ? (
                  <span className="o-dim">({t.people.inactive})</span>
                ) : (
                  p.must_change && <span className="o-dim">({t.people.mustChange})</span>
                )}
              </span>
            ),
          },
          { name: t.people.login, cell: p => p.login || '—' },
          { name: t.people.email, cell: p => p.email || '—' },
          { name: t.common.role, kind: 'short', cell: p => word(t.roles, p.role) },
          { name: t.common.regions, cell: p => <Names of={(p.regions ?? []).map(regionName)} /> },
          {
            name: t.common.agency,
            cell: p => <Names of={(p.agencies ?? []).map(id => agencies?.find(a => a.id === id)?.name ?? `№ ${id}`)} />,
          },
          { name: t.people.sealed, cell: p => (p.sealed ? t.common.yes : '—') },
          {
            name: t.people.totp,
            cell: p => (p.totp ? t.common.on : <span className="o-dim">{t.common.off}</span>),
          },
          { name: t.people.added, kind: 'short', cell: p => <Time at={p.created_at} short /> },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: p => (
              <RowMenu
                of={p.name}
                actions={[
                  { name: t.common.edit, run: () => setEditing(p) },
                  { name: t.people.log, run: () => navigate({ to: '/log', search: { person: p.id } }) },
                  ...(p.totp ? [{ name: t.people.resetTotp, run: () => setResetting(p), danger: true }] : []),
                ]}
              />
            ),
          },
        ]}
      />
      {resetting && (
        <Confirm
          title={`${t.people.resetTotp}?`}
          hint={`${resetting.name}. ${t.people.resetTotpHint}`}
          submit={t.people.resetTotp}
          close={() => setResetting(undefined)}
          onSubmit={async () => {
            await resetTotp(resetting.id)
            client.invalidateQueries({ queryKey: peopleQuery.queryKey })
            toast(t.people.totpReset(resetting.name))
          }}
        />
      )}
      {adding && <PersonDialog close={() => setAdding(false)} />}
      {editing && <PersonDialog key={editing.id} person={editing} close={() => setEditing(undefined)} />}
    </Page>
  )
}
