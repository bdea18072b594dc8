import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { agenciesQuery } from '@/api/queries'
import { type Person, people } from '@/api/session'
import { useShortcuts } from '@/app/shortcuts'
import { Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
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
        dim={p => !p.active}
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
                {!p.active && <span className="o-dim">({t.people.inactive})</span>}
              </span>
            ),
          },
          { name: t.people.login, cell: p => p.login },
          { name: t.common.role, kind: 'short', cell: p => t.roles[p.role] ?? p.role },
          { name: t.common.regions, cell: p => p.regions.map(regionName).join(', ') },
          {
            name: t.common.agency,
            cell: p =>
              (p.agencies ?? []).map(id => agencies?.find(a => a.id === id)?.name ?? `№ ${id}`).join(', ') || '—',
          },
          { name: t.people.sealed, kind: 'short', cell: p => (p.sealed ? t.common.yes : '—') },
          {
            name: t.people.totp,
            kind: 'short',
            cell: p => (p.totp ? t.common.on : <span className="o-dim">{t.common.off}</span>),
          },
          { name: t.people.seen, kind: 'short', cell: p => <Time at={p.last_seen} short recent /> },
        ]}
      />
      {adding && <PersonDialog close={() => setAdding(false)} />}
      {editing && <PersonDialog key={editing.id} person={editing} close={() => setEditing(undefined)} />}
    </Page>
  )
}
