import { Button, Switch } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { agenciesQuery, rulesQuery, searchesQuery } from '@/api/queries'
import type { Rule } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { RegionName, SeverityBadge } from '@/components/Badges'
import { FindBox } from '@/components/FindBox'
import { NoneLikeThis } from '@/components/NoneLikeThis'
import { Page, RowName, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { toast, toastError } from '@/components/toast'
import { useOptimistic } from '@/components/useOptimistic'
import { useT } from '@/i18n'
import { found } from '@/lib/find'
import { RuleDialog } from './RuleDialog'
import css from './Rules.module.css'
import { SearchQuery } from './SearchQuery'

/** A rule as the API takes it back. */
const draftOf = ({ id: _id, ...r }: Rule) => r as Rule

/** Rules say what opens incidents by itself. */
export function Rules() {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/rules' })
  const { edit, search, find } = useSearch({ from: '/inside/rules' })
  const rules = useQuery(rulesQuery)
  const { data: searches } = useQuery(searchesQuery)
  const { data: agencies } = useQuery(agenciesQuery)
  const regionName = useRegionName()
  const [adding, setAdding] = useState(false)
  const editing = rules.data?.find(r => r.id === edit)
  const close = () => {
    setAdding(false)
    navigate({ search: { find }, replace: true })
  }
  useShortcuts([{ keys: 'c', label: t.rules.new, group: 'here', run: () => setAdding(true) }])

  const toggle = useOptimistic({
    queryKey: rulesQuery.queryKey,
    send: ({ rule, enabled }: { rule: Rule; enabled: boolean }) =>
      data(api.PUT('/api/v1/rules/{id}', { params: { path: { id: rule.id } }, body: { ...draftOf(rule), enabled } })),
    apply: (all: Rule[], { rule, enabled }) => all.map(r => (r.id === rule.id ? { ...r, enabled } : r)),
    done: (after, { rule, enabled }) =>
      toast(enabled ? t.rules.switchedOn(rule.name) : t.rules.switchedOff(rule.name), () =>
        toggle.mutate({ rule: after, enabled: !enabled }),
      ),
  })
  const remove = useOptimistic({
    queryKey: rulesQuery.queryKey,
    send: (rule: Rule) => data(api.DELETE('/api/v1/rules/{id}', { params: { path: { id: rule.id } } })),
    apply: (all: Rule[], rule) => all.filter(r => r.id !== rule.id),
    done: (_after, rule) =>
      toast(t.rules.removed(rule.name), () =>
        data(api.POST('/api/v1/rules', { body: draftOf(rule) }))
          .catch(err => toastError(err, t))
          .finally(() => client.invalidateQueries({ queryKey: rulesQuery.queryKey })),
      ),
  })
  const open = (id: number) => navigate({ search: { edit: id, find } })
  const searchOf = (r: Rule) => searches?.find(x => x.id === r.search)
  const agencyOf = (r: Rule) => agencies?.find(a => a.id === r.agency)
  const shown = rules.data?.filter(
    r =>
      !find ||
      found(
        `${r.name} ${searchOf(r)?.name ?? ''} ${searchOf(r)?.query ?? ''} ${agencyOf(r)?.name ?? ''} ${regionName(r.region)} ${r.region}`,
        find,
      ),
  )
  const add = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
      {t.rules.new}
    </Button>
  )
  return (
    <Page
      title={t.rules.title}
      about={t.rules.about}
      actions={add}
      tools={
        <FindBox label={t.rules.find} value={find} onChange={v => navigate({ search: { find: v }, replace: true })} />
      }
    >
      <Rows
        label={t.rules.title}
        rows={shown}
        error={rules.error}
        retry={rules.refetch}
        id={r => r.id}
        dim={r => !r.enabled}
        empty={
          find ? (
            <NoneLikeThis clear={() => navigate({ search: {} })} />
          ) : (
            <Empty title={t.rules.empty} hint={t.rules.emptyHint}>
              <Link to="/searches">{t.searches.title}</Link>
            </Empty>
          )
        }
        columns={[
          { name: t.common.name, kind: 'wide', cell: r => <RowName onClick={() => open(r.id)}>{r.name}</RowName> },
          {
            name: t.rules.search,
            cell: r => {
              const s = searchOf(r)
              return s ? (
                <span className={css.option}>
                  <Link to="/feed" search={{ q: s.query }}>
                    {s.name}
                  </Link>
                  <SearchQuery search={s} />
                </span>
              ) : searches ? (
                <span className={css.bad}>{t.rules.searchGone}</span>
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
            cell: r => {
              const a = agencyOf(r)
              if (!r.agency)
                return (
                  <Link to="/routes" search={{ region: r.region }}>
                    {t.rules.byRoute}
                  </Link>
                )
              if (a && !a.active) return <span className={css.bad}>{t.rules.agencyGone(a.name)}</span>
              return a?.name ?? `№ ${r.agency}`
            },
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
