import { Button, Checkbox, Switch } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { NetworkIcon } from '@/components/Badges'
import { Confirm } from '@/components/Confirm'
import { FindBox } from '@/components/FindBox'
import { NoneLikeThis } from '@/components/NoneLikeThis'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useOptimistic } from '@/components/useOptimistic'
import { useSpeech } from '@/i18n'
import { found } from '@/lib/find'
import { SourceDialog } from './SourceDialog'
import css from './Sources.module.css'

const READ_TIME = 4000 // ms in which a source that is read at once has mostly answered

const nameOf = (s: Source): string => s.title || s.address

/** A source as the API takes a change of it. */
const changeOf = (s: Source) => ({
  regions: s.regions ?? [],
  class: s.class,
  every: s.every,
  backfill: s.backfill,
  visibility: s.visibility as 'public',
})

/** ill says whether somebody should look at a source. */
export const ill = (s: Source): boolean => s.enabled && s.health !== 'ok' && s.health !== 'new'

/** Sources are what Otklik reads, and whether it can. */
export function Sources() {
  const { t, numbers } = useSpeech()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/sources' })
  const search = useSearch({ from: '/inside/sources' })
  const query = useQuery(sourcesQuery)
  const regionName = useRegionName()
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Source>()
  const [removing, setRemoving] = useState<Source>()
  useShortcuts([{ keys: 'c', label: t.sources.new, group: 'here', run: () => setAdding(true) }])
  const refresh = () => client.invalidateQueries({ queryKey: sourcesQuery.queryKey })
  const change = useOptimistic({
    queryKey: sourcesQuery.queryKey,
    send: ({ source: s, enabled }: { source: Source; enabled: boolean }) =>
      data(api.PUT('/api/v1/sources/{id}', { params: { path: { id: s.id } }, body: { ...changeOf(s), enabled } })),
    apply: (all: Source[], { source, enabled }) => all.map(s => (s.id === source.id ? { ...s, enabled } : s)),
    done: (_after, { source: s, enabled }) =>
      toast(enabled ? t.sources.switchedOn(nameOf(s)) : t.sources.switchedOff(nameOf(s)), () =>
        change.mutate({ source: s, enabled: !enabled }),
      ),
  })
  const readNow = async (s: Source) => {
    try {
      await data(api.POST('/api/v1/sources/{id}/read', { params: { path: { id: s.id } } }))
      toast(t.sources.readSoon)
    } catch (err) {
      toastError(err, t)
    }
    refresh()
    setTimeout(refresh, READ_TIME)
  }
  const remove = async (s: Source) => {
    await data(api.DELETE('/api/v1/sources/{id}', { params: { path: { id: s.id } } }))
    refresh()
    const back = () =>
      data(
        api.POST('/api/v1/sources', {
          body: { ...changeOf(s), network: s.network, address: s.address, enabled: s.enabled },
        }),
      )
        .catch(err => toastError(err, t))
        .finally(refresh)
    toast(t.sources.removed(nameOf(s)), back)
  }
  const { find } = search
  const words = (s: Source) =>
    `${s.title ?? ''} ${s.address} ${t.networks[s.network] ?? s.network} ${(s.regions ?? []).map(regionName).join(' ')}`
  const shown = query.data
    ?.filter(s => (!find || found(words(s), find)) && (!search.bad || ill(s)))
    .sort((a, b) => Number(ill(b)) - Number(ill(a)) || nameOf(a).localeCompare(nameOf(b)))
  const bad = query.data?.filter(ill).length ?? 0
  const filtered = find !== undefined || search.bad !== undefined
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.sources.new}
    </Button>
  )
  return (
    <Page
      title={t.sources.title}
      about={t.sources.about}
      actions={add}
      tools={
        <>
          <FindBox
            label={t.sources.find}
            value={find}
            onChange={v => navigate({ search: { ...search, find: v }, replace: true })}
          />
          <Checkbox
            label={t.sources.onlyProblems}
            checked={search.bad ?? false}
            onChange={e =>
              navigate({ search: { ...search, bad: e.currentTarget.checked || undefined }, replace: true })
            }
          />
          {query.data && query.data.length > 0 && (
            <span className={bad ? css.bad : css.ok}>{bad ? t.sources.problems(bad) : t.sources.allOk}</span>
          )}
        </>
      }
    >
      <Rows
        label={t.sources.title}
        rows={shown}
        error={query.error}
        retry={query.refetch}
        id={s => s.id}
        dim={s => !s.enabled}
        empty={
          filtered ? (
            <NoneLikeThis clear={() => navigate({ search: {} })} />
          ) : (
            <Empty title={t.sources.empty} hint={t.sources.emptyHint}>
              {add}
            </Empty>
          )
        }
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: s => (
              <span className={css.title}>
                <NetworkIcon network={s.network} size={16} />
                <span>
                  <RowName onClick={() => setEditing(s)}>{nameOf(s)}</RowName>
                  {s.title && <span className={css.address}>{s.address}</span>}
                </span>
              </span>
            ),
          },
          { name: t.common.regions, cell: s => <Names of={(s.regions ?? []).map(regionName)} /> },
          {
            name: t.sources.health,
            kind: 'wide',
            cell: s => <Health source={s} readNow={() => readNow(s)} />,
          },
          {
            name: t.sources.lastNew,
            kind: 'short',
            cell: s => <Time at={s.last_new} region={s.regions?.[0]} short recent />,
          },
          {
            name: t.sources.lastOk,
            kind: 'short',
            cell: s => <Time at={s.last_ok} region={s.regions?.[0]} short recent />,
          },
          { name: t.sources.posts, kind: 'figure', cell: s => numbers.number(s.posts) },
          {
            name: t.sources.enabled,
            kind: 'short',
            cell: s => (
              <Switch
                checked={s.enabled}
                aria-label={`${t.sources.enabled}: ${nameOf(s)}`}
                onChange={e => change.mutate({ source: s, enabled: e.currentTarget.checked })}
              />
            ),
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: s => (
              <RowMenu
                of={nameOf(s)}
                actions={[
                  { name: t.sources.readNow, run: () => readNow(s) },
                  ...(s.source
                    ? [
                        {
                          name: t.searches.run,
                          run: () => navigate({ to: '/feed', search: { q: `source:${s.source}` } }),
                        },
                      ]
                    : []),
                  { name: t.common.edit, run: () => setEditing(s) },
                  { name: t.common.remove, run: () => setRemoving(s), danger: true },
                ]}
              />
            ),
          },
        ]}
      />
      {adding && <SourceDialog close={() => setAdding(false)} />}
      {editing && <SourceDialog key={editing.id} source={editing} close={() => setEditing(undefined)} />}
      {removing && (
        <Confirm
          title={t.sources.removeAsk}
          hint={`«${nameOf(removing)}». ${t.sources.removeHint}`}
          submit={t.common.remove}
          close={() => setRemoving(undefined)}
          onSubmit={() => remove(removing)}
        />
      )}
    </Page>
  )
}

/** Health says how a source is, since when, what that means and what to do. */
function Health({ source: s, readNow }: { source: Source; readNow(): void }) {
  const { t } = useSpeech()
  const state = s.enabled ? s.health : 'off'
  const level =
    state === 'ok' ? 'ok' : state === 'off' || state === 'new' ? 'off' : state === 'rate_limited' ? 'warn' : 'bad'
  const trouble = level === 'warn' || level === 'bad'
  const cure = t.sources.cures[state]
  return (
    <span className={css.health} data-level={level}>
      <span className="o-dot" aria-hidden />
      <span>
        {t.sources.healths[state] ?? state}
        {trouble && (
          <>
            {' '}
            <span className="o-dim">
              (<Time at={s.health_since} region={s.regions?.[0]} />
              {s.failures > 0 && `, ${t.count.failures(s.failures)}`})
            </span>
            {s.detail && <span className={css.detail}>{s.detail}</span>}
          </>
        )}
        {cure && <span className={css.cure}>{cure}</span>}
        {trouble && (
          <span className={css.again}>
            {t.sources.nextAt}: <Time at={s.next_at} region={s.regions?.[0]} />
            {state !== 'rate_limited' && (
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={readNow}
                aria-label={`${t.sources.readNow}: ${nameOf(s)}`}
              >
                {t.sources.readNow}
              </Button>
            )}
          </span>
        )}
      </span>
    </span>
  )
}
