import { Button, Select } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery, regionsQuery } from '@/api/queries'
import type { Agency } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { RegionName } from '@/components/Badges'
import { FindBox } from '@/components/FindBox'
import { NoneLikeThis } from '@/components/NoneLikeThis'
import { Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { toast } from '@/components/toast'
import { useOptimistic } from '@/components/useOptimistic'
import { useT } from '@/i18n'
import { found } from '@/lib/find'
import css from './Agencies.module.css'
import { AgencyDialog } from './AgencyDialog'
import { type Shifts, sayShifts } from './shifts'

/** bodyOf gives an agency as the API takes it back; its secret stays as it is. */
export const bodyOf = ({ id: _id, webhook_secret: _secret, ...a }: Agency) => a

const loadQuery = queryOptions({
  queryKey: ['agencies', 'load'],
  queryFn: async () => (await data(api.GET('/api/v1/agencies/load'))).items ?? [],
  refetchInterval: 30_000,
})

/** Agencies are who answers residents. */
export function Agencies() {
  const t = useT()
  const navigate = useNavigate({ from: '/agencies' })
  const { region, find } = useSearch({ from: '/inside/agencies' })
  const regionName = useRegionName()
  const { data: regions } = useQuery(regionsQuery)
  const query = useQuery(agenciesQuery)
  const { data: loads } = useQuery(loadQuery)
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Agency>()
  useShortcuts([{ keys: 'c', label: t.agencies.new, group: 'here', run: () => setAdding(true) }])
  const activate = useOptimistic({
    queryKey: agenciesQuery.queryKey,
    send: ({ agency, active }: { agency: Agency; active: boolean }) =>
      data(
        api.PUT('/api/v1/agencies/{id}', {
          params: { path: { id: agency.id } },
          body: { ...bodyOf(agency), active, default: agency.default && active },
        }),
      ),
    apply: (all: Agency[], { agency, active }) => all.map(a => (a.id === agency.id ? { ...a, active } : a)),
    done: (_after, { agency, active }) => {
      if (active) toast(t.common.saved)
      else toast(t.agencies.retired(agency.name), () => activate.mutate({ agency, active: true }))
    },
  })
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.agencies.new}
    </Button>
  )
  const rows = query.data
    ?.filter(
      a =>
        (!region || a.region === region) &&
        (!find || found(`${a.name} ${a.kind} ${a.email} ${regionName(a.region)}`, find)),
    )
    .sort(
      (a, b) =>
        Number(b.active) - Number(a.active) ||
        regionName(a.region).localeCompare(regionName(b.region)) ||
        a.name.localeCompare(b.name),
    )
  return (
    <Page
      title={t.agencies.title}
      about={t.agencies.about}
      actions={add}
      tools={
        <>
          <FindBox
            label={t.agencies.find}
            value={find}
            onChange={v => navigate({ search: { region, find: v }, replace: true })}
          />
          {(regions?.length ?? 0) > 1 && (
            <Select
              aria-label={t.common.region}
              placeholder={t.common.allRegions}
              data={(regions ?? []).map(r => ({ value: r.code, label: regionName(r.code) }))}
              value={region ?? null}
              onChange={v => navigate({ search: { region: v ?? undefined, find } })}
              clearable
              searchable
              w={240}
            />
          )}
        </>
      }
    >
      <Rows
        label={t.agencies.title}
        rows={rows}
        error={query.error}
        retry={query.refetch}
        id={a => a.id}
        dim={a => !a.active}
        empty={
          find ? (
            <NoneLikeThis clear={() => navigate({ search: {} })} />
          ) : (
            <Empty title={t.agencies.empty} hint={t.agencies.emptyHint}>
              {add}
            </Empty>
          )
        }
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: a => (
              <span>
                <RowName onClick={() => setEditing(a)}>{a.name}</RowName>{' '}
                {a.default && <span className="o-dim">({t.agencies.defaultShort})</span>}
              </span>
            ),
          },
          { name: t.agencies.kind, cell: a => a.kind || '—' },
          { name: t.common.region, kind: 'short', cell: a => <RegionName code={a.region} /> },
          {
            name: t.agencies.load,
            kind: 'short',
            cell: a => {
              const l = loads?.find(x => x.agency === a.id)
              if (!l) return loads ? '—' : ''
              return (
                <>
                  <Link to="/incidents" search={{ agency: [a.id] }}>
                    {t.count.incidents(l.open)}
                  </Link>
                  {l.overdue > 0 && (
                    <>
                      {', '}
                      <Link to="/incidents" search={{ agency: [a.id], overdue: true }} className={css.bad}>
                        {t.queue.late(l.overdue)}
                      </Link>
                    </>
                  )}
                </>
              )
            },
          },
          { name: t.agencies.shifts, cell: a => sayShifts(a.shifts as Shifts | null, t) },
          {
            name: t.agencies.ways,
            cell: a =>
              a.email || a.webhook_url ? (
                <span className={css.ways}>
                  {a.email && <span>{a.email}</span>}
                  {a.webhook_url && <span>{t.agencies.channels.webhook}</span>}
                </span>
              ) : (
                <span className="o-dim">{t.agencies.noWay}</span>
              ),
          },
          { name: t.common.state, kind: 'short', cell: a => (a.active ? t.agencies.active : t.agencies.inactive) },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: a => (
              <RowMenu
                of={a.name}
                actions={[
                  { name: t.agencies.open, run: () => navigate({ to: '/incidents', search: { agency: [a.id] } }) },
                  {
                    name: t.routes.title,
                    run: () => navigate({ to: '/routes', search: { region: a.region } }),
                  },
                  { name: t.common.edit, run: () => setEditing(a) },
                  a.active
                    ? {
                        name: t.agencies.retire,
                        run: () => activate.mutate({ agency: a, active: false }),
                        danger: true,
                      }
                    : { name: t.agencies.back, run: () => activate.mutate({ agency: a, active: true }) },
                ]}
              />
            ),
          },
        ]}
      />
      {adding && <AgencyDialog {...(region ? { region } : {})} close={() => setAdding(false)} />}
      {editing && <AgencyDialog key={editing.id} agency={editing} close={() => setEditing(undefined)} />}
    </Page>
  )
}
