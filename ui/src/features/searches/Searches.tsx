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
import { FindBox } from '@/components/FindBox'
import { NoneLikeThis } from '@/components/NoneLikeThis'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useSpeech } from '@/i18n'
import { author } from '@/i18n/author'
import { found } from '@/lib/find'
import { SearchDetails, useRulesOf } from './SearchDetails'
import { SearchDialog } from './SearchDialog'
import css from './Searches.module.css'

const blank = { name: '', query: '', regions: [], sealed: false }

/** Searches are the saved ones, with what they found in the past. */
export function Searches() {
  const { t, numbers } = useSpeech()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/searches' })
  const { edit, show, find } = useSearch({ from: '/inside/searches' })
  const regionName = useRegionName()
  const query = useQuery({
    ...searchesQuery,
    refetchInterval: q => (q.state.data?.some(s => !s.past_done) ? 3000 : 30_000),
  })
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<SavedSearch>()
  const may = me.may('edit searches')
  const editing = query.data?.find(s => s.id === edit)
  const shown = query.data?.find(s => s.id === show)
  const open = (id: number | undefined) => navigate({ search: { edit: id, find } })
  const look = (id: number | undefined) => navigate({ search: { show: id, find } })
  const rows = query.data?.filter(
    s =>
      !find || found(`${s.name} ${s.query} ${author(s.owner, t)} ${(s.regions ?? []).map(regionName).join(' ')}`, find),
  )
  useShortcuts(may ? [{ keys: 'c', label: t.searches.new, group: 'here', run: () => setAdding(true) }] : [])
  const remove = async (s: SavedSearch) => {
    await data(api.DELETE('/api/v1/searches/{id}', { params: { path: { id: s.id }, query: { version: s.version } } }))
    const refresh = () => client.invalidateQueries({ queryKey: ['searches'] })
    refresh()
    const back = () =>
      data(
        api.POST('/api/v1/searches/{id}/restore', {
          params: { path: { id: s.id } },
          body: { version: s.version + 1 },
        }),
      )
        .catch(err => toastError(err, t))
        .finally(refresh)
    toast(t.searches.removed(s.name), back)
  }
  const add = may && (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.searches.new}
    </Button>
  )
  return (
    <Page
      title={t.searches.title}
      about={t.searches.about}
      actions={add}
      tools={
        <FindBox
          label={t.searches.find}
          value={find}
          onChange={v => navigate({ search: { find: v }, replace: true })}
        />
      }
    >
      <Rows
        label={t.searches.title}
        rows={rows}
        error={query.error}
        retry={query.refetch}
        id={s => s.id}
        empty={
          find ? (
            <NoneLikeThis clear={() => navigate({ search: {} })} />
          ) : (
            <Empty title={t.searches.empty} hint={t.searches.emptyHint}>
              <Link to="/feed">{t.searches.toFeed}</Link>
            </Empty>
          )
        }
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: s => <RowName onClick={() => (may ? open(s.id) : look(s.id))}>{s.name}</RowName>,
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
            hint: t.searches.pastHint,
            kind: 'figure',
            cell: s =>
              s.past_done ? numbers.number(s.past_found) : <span className="o-dim">{t.searches.pastRunning}</span>,
          },
          { name: t.searches.owner, cell: s => author(s.owner, t) },
          { name: t.searches.changed, kind: 'short', cell: s => <Time at={s.changed_at} short /> },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: s => (
              <RowMenu
                of={s.name}
                actions={[
                  { name: t.searches.run, run: () => navigate({ to: '/feed', search: { q: s.query } }) },
                  { name: t.searches.details, run: () => look(s.id) },
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
      {shown && <SearchDetails key={shown.id} search={shown} close={() => look(undefined)} />}
      {removing && <Removal search={removing} close={() => setRemoving(undefined)} remove={() => remove(removing)} />}
    </Page>
  )
}

/** Removal asks, and says which rules would stop working. */
function Removal({ search: s, close, remove }: { search: SavedSearch; close(): void; remove(): Promise<void> }) {
  const { t } = useSpeech()
  const rules = useRulesOf(s).filter(r => r.enabled)
  return (
    <Confirm
      title={t.searches.removeAsk}
      hint={`«${s.name}». ${t.searches.removeHint}`}
      submit={t.searches.removeDo}
      close={close}
      onSubmit={remove}
    >
      {rules.length > 0 && (
        <div role="alert">
          {t.searches.rulesStop(rules.length)}
          <ul className={css.stops}>
            {rules.map(r => (
              <li key={r.id}>{r.name}</li>
            ))}
          </ul>
        </div>
      )}
    </Confirm>
  )
}
