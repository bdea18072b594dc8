import { Button, Select } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery, regionsQuery } from '@/api/queries'
import type { Agency } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { RegionName } from '@/components/Badges'
import { Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { AgencyDialog } from './AgencyDialog'

/** bodyOf gives an agency as the API takes it back; its secret stays as it is. */
export const bodyOf = ({ id: _id, webhook_secret: _secret, ...a }: Agency) => a

/** Agencies are who answers residents. */
export function Agencies() {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/agencies' })
  const { region } = useSearch({ from: '/inside/agencies' })
  const regionName = useRegionName()
  const { data: regions } = useQuery(regionsQuery)
  const query = useQuery(agenciesQuery)
  const [adding, setAdding] = useState(false)
  const [editing, setEditing] = useState<Agency>()
  useShortcuts([{ keys: 'c', label: t.agencies.new, group: 'here', run: () => setAdding(true) }])
  const activate = useMutation({
    mutationFn: ({ agency, active }: { agency: Agency; active: boolean }) =>
      data(
        api.PUT('/api/v1/agencies/{id}', {
          params: { path: { id: agency.id } },
          body: { ...bodyOf(agency), active, default: agency.default && active },
        }),
      ),
    onMutate: async ({ agency, active }) => {
      await client.cancelQueries({ queryKey: agenciesQuery.queryKey })
      const before = client.getQueryData(agenciesQuery.queryKey)
      client.setQueryData(agenciesQuery.queryKey, all => all?.map(a => (a.id === agency.id ? { ...a, active } : a)))
      return { before }
    },
    onError: (err, _v, context) => {
      client.setQueryData(agenciesQuery.queryKey, context?.before)
      toastError(err, t, true)
    },
    onSuccess: (_after, { agency, active }) => {
      if (active) toast(t.common.saved)
      else toast(t.agencies.retired(agency.name), () => activate.mutate({ agency, active: true }))
    },
    onSettled: () => client.invalidateQueries({ queryKey: agenciesQuery.queryKey }),
  })
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.agencies.new}
    </Button>
  )
  const rows = query.data
    ?.filter(a => !region || a.region === region)
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
        (regions?.length ?? 0) > 1 && (
          <Select
            aria-label={t.common.region}
            placeholder={t.common.allRegions}
            data={(regions ?? []).map(r => ({ value: r.code, label: regionName(r.code) }))}
            value={region ?? null}
            onChange={v => navigate({ search: { region: v ?? undefined } })}
            clearable
            searchable
            w={240}
          />
        )
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
          <Empty title={t.agencies.empty} hint={t.agencies.emptyHint}>
            {add}
          </Empty>
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
          { name: t.agencies.email, cell: a => a.email || '—' },
          { name: t.agencies.webhook, cell: a => (a.webhook_url ? t.common.yes : '—') },
          { name: t.common.state, kind: 'short', cell: a => (a.active ? t.agencies.active : t.agencies.inactive) },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: a => (
              <RowMenu
                of={a.name}
                actions={[
                  { name: t.agencies.open, run: () => navigate({ to: '/incidents', search: { agency: [a.id] } }) },
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
