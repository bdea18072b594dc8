import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Fragment, useState } from 'react'
import { presetsQuery, rulesQuery } from '@/api/queries'
import { type Preset, type RouteNode, severities } from '@/api/types'
import { useShortcuts } from '@/app/shortcuts'
import { SeverityBadge } from '@/components/Badges'
import { Page, RowName, Rows } from '@/components/Page'
import { RegionPick, useRegion } from '@/components/RegionPick'
import { RowMenu } from '@/components/RowMenu'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { routeQuery } from '@/features/routes/data'
import { rowsOf } from '@/features/routes/tree'
import { useT } from '@/i18n'
import { author } from '@/i18n/author'
import { deletePreset, putPreset } from './data'
import { PresetDialog } from './PresetDialog'
import css from './Presets.module.css'
import { clocks, forSeverity, presetTitle, sayBudget } from './words'

const blank: Preset = { name: '', title: '', clocks: {}, version: 0, built_in: false }

/** Presets are the sets of deadlines of a region. */
export function Presets() {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/presets' })
  const search = useSearch({ from: '/inside/presets' })
  const region = useRegion(search.region)
  const query = useQuery(presetsQuery(region))
  const { data: rules } = useQuery(rulesQuery)
  const { data: route } = useQuery(routeQuery(region))
  const [editing, setEditing] = useState<{ preset: Preset; fresh: boolean }>()
  const all = query.data ?? []
  const standard = all.find(p => p.name === 'standard')
  const start = () => setEditing({ preset: { ...blank, clocks: standard?.clocks ?? {} }, fresh: true })
  useShortcuts([{ keys: 'c', label: t.presets.new, group: 'here', run: start }])
  const inTree = (name: string) =>
    route && [route.tree as RouteNode, ...rowsOf(route.tree).map(r => r.node)].some(n => n.preset === name)
  const remove = async (p: Preset) => {
    const refresh = () => client.invalidateQueries({ queryKey: presetsQuery(region).queryKey })
    try {
      await deletePreset(region, p.name, p.version)
      const back = () =>
        putPreset(region, 0, p)
          .catch(err => toastError(err, t))
          .finally(refresh)
      toast(p.built_in ? t.presets.wasReset(p.title) : t.presets.removed(p.title), back)
    } catch (err) {
      toastError(err, t)
    }
    refresh()
  }
  return (
    <Page
      title={t.presets.title}
      about={t.presets.about}
      actions={
        <Button leftSection={<IconPlus size={14} />} onClick={start}>
          {t.presets.new}
        </Button>
      }
      tools={
        <>
          <RegionPick value={region} onChange={r => navigate({ search: { region: r } })} />
          <Link to="/routes" search={{ region }}>
            {t.routes.title}
          </Link>
        </>
      }
    >
      <Rows
        label={t.presets.title}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={p => p.name}
        empty={null}
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: p => (
              <>
                <RowName onClick={() => setEditing({ preset: p, fresh: false })}>{presetTitle(p, t)}</RowName>
                <div className="o-dim">
                  {p.version === 0 ? (
                    t.presets.asShipped
                  ) : (
                    <>
                      {t.presets.changedBy(author(p.changed_by, t))}, <Time at={p.changed_at} region={region} />
                    </>
                  )}
                </div>
              </>
            ),
          },
          {
            name: t.presets.title,
            kind: 'wide',
            cell: p => (
              <dl className={css.clocks}>
                {clocks.map(c => {
                  const b = p.clocks[c]
                  return (
                    b && (
                      <Fragment key={c}>
                        <dt>{t.presets.clocks[c]}</dt>
                        <dd>{sayBudget(c, b, t)}</dd>
                      </Fragment>
                    )
                  )
                })}
              </dl>
            ),
          },
          {
            name: t.presets.usedBy,
            cell: p => {
              const n = (rules ?? []).filter(r => r.region === region && r.preset === p.name).length
              return (
                <>
                  {n > 0 && <Link to="/rules">{t.presets.rules(n)}</Link>}
                  {n > 0 && inTree(p.name) && ', '}
                  {inTree(p.name) && (
                    <Link to="/routes" search={{ region }}>
                      {t.presets.inRoutes}
                    </Link>
                  )}
                  {n === 0 && !inTree(p.name) && '—'}
                </>
              )
            },
          },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: p => (
              <RowMenu
                of={presetTitle(p, t)}
                actions={[
                  { name: t.common.edit, run: () => setEditing({ preset: p, fresh: false }) },
                  ...(p.version > 0
                    ? [
                        {
                          name: p.built_in ? t.presets.reset : t.common.remove,
                          run: () => remove(p),
                          danger: !p.built_in,
                        },
                      ]
                    : []),
                ]}
              />
            ),
          },
        ]}
      />
      {standard && (
        <section className={css.severities} aria-labelledby="by-severity">
          <h2 id="by-severity">{t.presets.bySeverity}</h2>
          <p className="o-dim">{t.presets.bySeverityHint}</p>
          <dl>
            {severities.map(s => {
              const p = forSeverity(s, all)
              return (
                <Fragment key={s}>
                  <dt>
                    <SeverityBadge severity={s} always />
                  </dt>
                  <dd>{p && presetTitle(p, t)}</dd>
                  <dd>
                    {p?.name !== s && (
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        aria-label={`${t.presets.own}: ${t.severities[s]}`}
                        onClick={() =>
                          setEditing({
                            preset: { ...blank, name: s, title: t.severities[s], clocks: standard.clocks },
                            fresh: true,
                          })
                        }
                      >
                        {t.presets.own}
                      </Button>
                    )}
                  </dd>
                </Fragment>
              )
            })}
          </dl>
        </section>
      )}
      {editing && (
        <PresetDialog
          key={editing.preset.name}
          region={region}
          preset={editing.preset}
          fresh={editing.fresh}
          taken={all.map(p => p.name)}
          close={() => setEditing(undefined)}
        />
      )}
    </Page>
  )
}
