import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { searchesQuery } from '@/api/queries'
import type { SavedSearch } from '@/api/types'
import { useMe } from '@/app/me'
import { useShortcuts } from '@/app/shortcuts'
import { Confirm } from '@/components/Confirm'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast } from '@/components/toast'
import { useSpeech } from '@/i18n'
import { SearchDialog } from './SearchDialog'
import css from './Searches.module.css'

const blank = { name: '', query: '', regions: [], sealed: false }

/** Searches are the saved ones, with what they found in the past. */
export function Searches() {
  const { t, numbers } = useSpeech()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/searches' })
  const { edit } = useSearch({ from: '/inside/searches' })
  const regionName = useRegionName()
  const query = useQuery({
    ...searchesQuery,
    refetchInterval: q => (q.state.data?.some(s => !s.past_done) ? 3000 : 30_000),
  })
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<SavedSearch>()
  const may = me.may('edit searches')
  const editing = query.data?.find(s => s.id === edit)
  const open = (id: number | undefined) => navigate({ search: { edit: id } })
  useShortcuts(may ? [{ keys: 'c', label: t.searches.new, group: 'here', run: () => setAdding(true) }] : [])
  const remove = async (s: SavedSearch) => {
    await data(api.DELETE('/api/v1/searches/{id}', { params: { path: { id: s.id }, query: { version: s.version } } }))
    client.invalidateQueries({ queryKey: ['searches'] })
    toast(t.searches.removed(s.name))
  }
  const add = may && (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.searches.new}
    </Button>
  )
  return (
    <Page title={t.searches.title} about={t.searches.about} actions={add}>
      <Rows
        label={t.searches.title}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={s => s.id}
        empty={
          <Empty title={t.searches.empty} hint={t.searches.emptyHint}>
            <Link to="/feed">{t.searches.toFeed}</Link>
          </Empty>
        }
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: s => (may ? <RowName onClick={() => open(s.id)}>{s.name}</RowName> : s.name),
          },
          {
            name: t.searches.query,
            kind: 'wide',
            cell: s => (
              <Link to="/feed" search={{ q: s.query }} className={css.query} title={t.searches.run}>
                {s.query}
              </Link>
            ),
          },
          {
            name: t.common.regions,
            cell: s => <Names of={(s.regions ?? []).map(regionName)} />,
          },
          {
            name: t.searches.past,
            kind: 'figure',
            cell: s =>
              s.past_done ? numbers.number(s.past_found) : <span className="o-dim">{t.searches.pastRunning}</span>,
          },
          { name: t.searches.owner, cell: s => s.owner },
          { name: t.searches.changed, kind: 'short', cell: s => <Time at={s.changed_at} short /> },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: s => (
              <RowMenu
                of={s.name}
                actions={[
                  { name: t.searches.run, run: () => navigate({ to: '/feed', search: { q: s.query } }) },
                  ...(me.may('see incidents')
                    ? [
                        {
                          name: t.nav.incidents,
                          run: () => navigate({ to: '/incidents', search: { search: s.id, open: 'all' as const } }),
                        },
                      ]
                    : []),
                  ...(me.may('edit rules')
                    ? [{ name: t.searches.makeRule, run: () => navigate({ to: '/rules', search: { search: s.id } }) }]
                    : []),
                  ...(may
                    ? [
                        { name: t.common.edit, run: () => open(s.id) },
                        { name: t.common.remove, run: () => setRemoving(s), danger: true },
                      ]
                    : []),
                ]}
              />
            ),
          },
        ]}
      />
      {adding && <SearchDialog draft={blank} close={() => setAdding(false)} />}
      {editing && may && (
        <SearchDialog key={editing.id} draft={editing} existing={editing} close={() => open(undefined)} />
      )}
      {removing && (
        <Confirm
          title={t.searches.removeAsk}
          hint={`«${removing.name}». ${t.searches.removeHint}`}
          submit={t.common.remove}
          close={() => setRemoving(undefined)}
          onSubmit={() => remove(removing)}
        />
      )}
    </Page>
  )
}
