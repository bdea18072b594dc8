import { Button, Checkbox, Switch, TextInput } from '@mantine/core'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { api, data } from '@/api/client'
import { sourcesQuery } from '@/api/queries'
import type { Source } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { NetworkIcon } from '@/components/Badges'
import { Confirm } from '@/components/Confirm'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useSpeech } from '@/i18n'
import { SourceDialog } from './SourceDialog'
import css from './Sources.module.css'

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
  const box = useRef<HTMLInputElement>(null)
  useShortcuts([
    { keys: '/', label: t.keys.search, group: 'here', run: () => box.current?.focus() },
    { keys: 'c', label: t.sources.new, group: 'here', run: () => setAdding(true) },
  ])
  const change = useMutation({
    mutationFn: ({ source: s, enabled }: { source: Source; enabled: boolean }) =>
      data(
        api.PUT('/api/v1/sources/{id}', {
          params: { path: { id: s.id } },
          body: {
            regions: s.regions ?? [],
            class: s.class,
            every: s.every,
            backfill: s.backfill,
            visibility: s.visibility as 'public',
            enabled,
          },
        }),
      ),
    onMutate: async ({ source, enabled }) => {
      await client.cancelQueries({ queryKey: sourcesQuery.queryKey })
      const before = client.getQueryData(sourcesQuery.queryKey)
      client.setQueryData(sourcesQuery.queryKey, all => all?.map(s => (s.id === source.id ? { ...s, enabled } : s)))
      return { before }
    },
    onError: (err, _v, context) => {
      client.setQueryData(sourcesQuery.queryKey, context?.before)
      toastError(err, t, true)
    },
    onSettled: () => client.invalidateQueries({ queryKey: sourcesQuery.queryKey }),
  })
  const readNow = async (s: Source) => {
    try {
      await data(api.POST('/api/v1/sources/{id}/read', { params: { path: { id: s.id } } }))
      toast(t.sources.readSoon)
    } catch (err) {
      toastError(err, t)
    }
    client.invalidateQueries({ queryKey: sourcesQuery.queryKey })
  }
  const remove = async (s: Source) => {
    await data(api.DELETE('/api/v1/sources/{id}', { params: { path: { id: s.id } } }))
    client.invalidateQueries({ queryKey: sourcesQuery.queryKey })
    toast(t.sources.removed(s.title || s.address))
  }
  const find = (search.find ?? '').toLowerCase()
  const shown = query.data
    ?.filter(s => (!find || `${s.title ?? ''} ${s.address}`.toLowerCase().includes(find)) && (!search.bad || ill(s)))
    .sort((a, b) => Number(ill(b)) - Number(ill(a)) || (a.title || a.address).localeCompare(b.title || b.address))
  const bad = query.data?.filter(ill).length ?? 0
  const filtered = find !== '' || search.bad !== undefined
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
          <TextInput
            ref={box}
            leftSection={<IconSearch size={14} />}
            placeholder={t.sources.find}
            aria-label={t.sources.find}
            w={260}
            value={search.find ?? ''}
            onChange={e => navigate({ search: { ...search, find: e.currentTarget.value || undefined }, replace: true })}
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
            <Empty title={t.sources.noneLikeThis}>
              <Button variant="default" onClick={() => navigate({ search: {} })}>
                {t.common.clear}
              </Button>
            </Empty>
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
                  <RowName onClick={() => setEditing(s)}>{s.title || s.address}</RowName>
                  {s.title && <span className={css.address}>{s.address}</span>}
                </span>
              </span>
            ),
          },
          { name: t.common.regions, cell: s => <Names of={(s.regions ?? []).map(regionName)} /> },
          {
            name: t.sources.health,
            kind: 'wide',
            cell: s => <Health source={s} />,
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
                aria-label={`${t.sources.enabled}: ${s.title || s.address}`}
                onChange={e => change.mutate({ source: s, enabled: e.currentTarget.checked })}
              />
            ),
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: s => (
              <RowMenu
                of={s.title || s.address}
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
          hint={`«${removing.title || removing.address}». ${t.sources.removeHint}`}
          submit={t.common.remove}
          close={() => setRemoving(undefined)}
          onSubmit={() => remove(removing)}
        />
      )}
    </Page>
  )
}

function Health({ source: s }: { source: Source }) {
  const { t } = useSpeech()
  const state = s.enabled ? s.health : 'off'
  const level =
    state === 'ok' ? 'ok' : state === 'off' || state === 'new' ? 'off' : state === 'rate_limited' ? 'warn' : 'bad'
  return (
    <span className={css.health} data-level={level}>
      <span className={css.dot} aria-hidden />
      <span>
        {t.sources.healths[state] ?? state}
        {level !== 'ok' && level !== 'off' && (
          <>
            {' '}
            <span className="o-dim">
              (<Time at={s.health_since} region={s.regions?.[0]} />
              {s.failures > 0 && `, ${t.count.failures(s.failures)}`})
            </span>
            {s.detail && <span className={css.detail}>{s.detail}</span>}
          </>
        )}
      </span>
    </span>
  )
}
