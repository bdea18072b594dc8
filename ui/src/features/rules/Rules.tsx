import { Button, Switch } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery, rulesQuery, searchesQuery } from '@/api/queries'
import type { Rule } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { RegionName, SeverityBadge } from '@/components/Badges'
import { Page, RowName, Rows } from '@/components/Page'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { RuleDialog } from './RuleDialog'

/** A rule as the API takes it back. */
const draftOf = ({ id: _id, ...r }: Rule) => r

/** Rules say what opens incidents by itself. */
export function Rules() {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/rules' })
  const { edit, search } = useSearch({ from: '/inside/rules' })
  const rules = useQuery(rulesQuery)
  const { data: searches } = useQuery(searchesQuery)
  const { data: agencies } = useQuery(agenciesQuery)
  const [adding, setAdding] = useState(false)
  const editing = rules.data?.find(r => r.id === edit)
  const close = () => {
    setAdding(false)
    navigate({ search: {}, replace: true })
  }
  useShortcuts([{ keys: 'c', label: t.rules.new, group: 'here', run: () => setAdding(true) }])

  // Shown at once; taken back where the server refuses.
  const toggle = useMutation({
    mutationFn: ({ rule, enabled }: { rule: Rule; enabled: boolean }) =>
      data(
        api.PUT('/api/v1/rules/{id}', {
          params: { path: { id: rule.id } },
          body: { ...draftOf(rule), enabled } as Rule,
        }),
      ),
    onMutate: async ({ rule, enabled }) => {
      await client.cancelQueries({ queryKey: rulesQuery.queryKey })
      const before = client.getQueryData(rulesQuery.queryKey)
      client.setQueryData(rulesQuery.queryKey, all => all?.map(r => (r.id === rule.id ? { ...r, enabled } : r)))
      return { before }
    },
    onError: (err, _v, context) => {
      client.setQueryData(rulesQuery.queryKey, context?.before)
      toastError(err, t, true)
    },
    onSuccess: (after, { rule, enabled }) => {
      toast(enabled ? t.rules.switchedOn(rule.name) : t.rules.switchedOff(rule.name), () =>
        toggle.mutate({ rule: after, enabled: !enabled }),
      )
    },
    onSettled: () => client.invalidateQueries({ queryKey: rulesQuery.queryKey }),
  })
  const remove = useMutation({
    mutationFn: (rule: Rule) => data(api.DELETE('/api/v1/rules/{id}', { params: { path: { id: rule.id } } })),
    onMutate: async rule => {
      await client.cancelQueries({ queryKey: rulesQuery.queryKey })
      const before = client.getQueryData(rulesQuery.queryKey)
      client.setQueryData(rulesQuery.queryKey, all => all?.filter(r => r.id !== rule.id))
      return { before }
    },
    onError: (err, _v, context) => {
      client.setQueryData(rulesQuery.queryKey, context?.before)
      toastError(err, t, true)
    },
    onSuccess: (_v, rule) => {
      const back = async () => {
        try {
          await data(api.POST('/api/v1/rules', { body: draftOf(rule) as Rule }))
        } catch (err) {
          toastError(err, t)
        }
        client.invalidateQueries({ queryKey: rulesQuery.queryKey })
      }
      toast(t.rules.removed(rule.name), back)
    },
    onSettled: () => client.invalidateQueries({ queryKey: rulesQuery.queryKey }),
  })
  const open = (id: number) => navigate({ search: { edit: id } })
  return (
    <Page
      title={t.rules.title}
      about={t.rules.about}
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          {t.rules.new}
        </Button>
      }
    >
      <Rows
        label={t.rules.title}
        rows={rules.data}
        error={rules.error}
        retry={rules.refetch}
        id={r => r.id}
        dim={r => !r.enabled}
        empty={
          <Empty title={t.rules.empty} hint={t.rules.emptyHint}>
            <Link to="/searches">{t.searches.title}</Link>
          </Empty>
        }
        columns={[
          { name: t.common.name, kind: 'wide', cell: r => <RowName onClick={() => open(r.id)}>{r.name}</RowName> },
          {
            name: t.rules.search,
            cell: r => {
              const s = searches?.find(x => x.id === r.search)
              return s ? (
                <Link to="/feed" search={{ q: s.query }}>
                  {s.name}
                </Link>
              ) : (
                `№ ${r.search}`
              )
            },
          },
          { name: t.common.region, kind: 'short', cell: r => <RegionName code={r.region} /> },
          { name: t.rules.mode, kind: 'short', cell: r => t.rules.modes[r.mode as 'auto'] ?? r.mode },
          { name: t.common.severity, kind: 'short', cell: r => <SeverityBadge severity={r.severity} always /> },
          {
            name: t.common.agency,
            cell: r =>
              r.agency ? (
                (agencies?.find(a => a.id === r.agency)?.name ?? `№ ${r.agency}`)
              ) : (
                <span className="o-dim">{t.rules.byRoute}</span>
              ),
          },
          {
            name: t.rules.enabled,
            kind: 'short',
            cell: r => (
              <Switch
                checked={r.enabled}
                aria-label={`${t.rules.enabled}: ${r.name}`}
                onChange={e => toggle.mutate({ rule: r, enabled: e.currentTarget.checked })}
              />
            ),
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: r => (
              <RowMenu
                of={r.name}
                actions={[
                  {
                    name: t.rules.incidents,
                    run: () => navigate({ to: '/incidents', search: { rule: r.id, open: 'all' } }),
                  },
                  { name: t.common.edit, run: () => open(r.id) },
                  { name: t.common.remove, run: () => remove.mutate(r), danger: true },
                ]}
              />
            ),
          },
        ]}
      />
      {(adding || search !== undefined) && !editing && <RuleDialog {...(search ? { search } : {})} close={close} />}
      {editing && <RuleDialog key={editing.id} rule={editing} close={close} />}
    </Page>
  )
}
