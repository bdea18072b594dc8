import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { asApiError } from '@/api/errors'
import { agenciesQuery } from '@/api/queries'
import type { RouteNode } from '@/api/types'
import { PageLoading } from '@/app/PageLoading'
import { useShortcuts } from '@/app/shortcuts'
import { Leave, toOtherPage } from '@/components/Leave'
import { Page } from '@/components/Page'
import { RegionPick, useRegion } from '@/components/RegionPick'
import { SavedMeanwhile } from '@/components/SavedMeanwhile'
import { ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useT } from '@/i18n'
import { author } from '@/i18n/author'
import { type Facts, putRoute, type RouteTree, routeQuery, tryQuery } from './data'
import { NodeDialog } from './NodeDialog'
import css from './Routes.module.css'
import { keyOf, Tree } from './Tree'
import { Try } from './Try'
import {
  changed,
  type Direction,
  inserted,
  moved,
  nextOf,
  nodeAt,
  numberOf,
  type Path,
  placeOf,
  removed,
  sameTree,
  targetOf,
} from './tree'
import { sayTree, useNames } from './words'

/** Another region's routes are on the same page. */
const elsewhere: typeof toOtherPage = way =>
  toOtherPage(way) || JSON.stringify(way.current.search) !== JSON.stringify(way.next.search)

/** Routes say to whom new incidents go. */
export function Routes() {
  const t = useT()
  const search = useSearch({ from: '/inside/routes' })
  const region = useRegion(search.region)
  const query = useQuery(routeQuery(region))
  if (query.data) return <Editor key={region} region={region} saved={query.data} />
  if (!query.error) return <PageLoading />
  return (
    <Page title={t.routes.title} about={t.routes.about}>
      <ErrorState error={query.error} retry={query.refetch} />
    </Page>
  )
}

const PAST = 100 // edits that can be undone

/** A place that has the focus after the next drawing. */
function useFocus() {
  const [wanted, setWanted] = useState<string>()
  useEffect(() => {
    if (!wanted) return
    document.querySelector<HTMLElement>(`[data-path="${wanted}"]`)?.focus()
    setWanted(undefined)
  }, [wanted])
  return (path: Path) => setWanted(keyOf(path))
}

/** The node that the keys mean: the one that has the focus. */
function focused(): Path | undefined {
  const key = document.activeElement?.getAttribute('data-path')
  if (!key) return undefined
  return key === 'root' ? [] : key.split('.').map(Number)
}

function Editor({ region, saved }: { region: string; saved: RouteTree }) {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/routes' })
  const names = useNames(region)
  const { data: agencies } = useQuery(agenciesQuery)
  const byDefault = agencies?.find(a => a.region === region && a.default && a.active)?.name
  const focus = useFocus()
  const [said, setSaid] = useState('')
  const [base, setBase] = useState(saved)
  const [tree, setTree] = useState<RouteNode>(saved.tree)
  const [past, setPast] = useState<RouteNode[]>([])
  const [editing, setEditing] = useState<{ path: Path; fresh?: boolean }>()
  const [comparing, setComparing] = useState<RouteTree>()
  const [facts, setFacts] = useState<Facts>({ searches: [], severity: 'normal', networks: [], sources: [] })
  const dirty = !sameTree(tree, base.tree)

  const begin = (from: RouteTree) => {
    setBase(from)
    setTree(from.tree)
    setPast([])
    setComparing(undefined)
  }
  // What others save is taken over at once, where it overwrites nothing.
  useEffect(() => {
    if (saved.version !== base.version && !dirty) begin(saved)
  })

  const edit = (next: RouteNode) => {
    setPast(p => [...p.slice(-PAST), tree])
    setTree(next)
  }
  const undo = () => {
    const last = past[past.length - 1]
    if (!last) return
    setPast(past.slice(0, -1))
    setTree(last)
  }
  const move = (path: Path, way: Direction) => {
    const m = moved(tree, path, way)
    if (!m) return
    edit(m.tree)
    focus(m.path)
    setSaid(t.routes.movedTo(nodeAt(m.tree, m.path)?.name ?? '', numberOf(m.path)))
  }
  const remove = (path: Path) => {
    if (path.length === 0) return
    const name = nodeAt(tree, path)?.name ?? ''
    edit(removed(tree, path))
    focus(targetOf(tree, path, 'up') ?? path.slice(0, -1))
    setSaid(t.routes.removed(name))
  }
  const copy = (path: Path) => {
    const node = nodeAt(tree, path)
    if (!node || path.length === 0) return
    edit(inserted(tree, nextOf(path), structuredClone(node)))
    focus(nextOf(path))
  }
  const add = (path: Path) => setEditing({ path, fresh: true })
  /** The place below a node; without one that at the end. */
  const below = (path: Path | undefined): Path => (path?.length ? nextOf(path) : [(tree.routes ?? []).length])

  const tried = useQuery({ ...tryQuery(region, facts, tree), retry: false })
  const save = useMutation({
    mutationFn: ({ version, tree: next }: { version: number; tree: RouteNode }) => putRoute(region, version, next),
    onSuccess: (now, { tree: next }) => {
      const before = base.tree
      client.setQueryData(routeQuery(region).queryKey, now)
      begin(now)
      const back = () => save.mutate({ version: now.version, tree: before })
      toast(t.routes.saved, sameTree(before, next) ? undefined : back)
    },
    onError: async err => {
      const e = asApiError(err)
      if (e.status !== 409) {
        if (e.status !== 422) toastError(err, t)
        else client.invalidateQueries({ queryKey: ['routes', region, 'try'] }) // which says what is wrong, and where
        return
      }
      setComparing(await client.fetchQuery({ ...routeQuery(region), staleTime: 0 }))
    },
  })
  const submit = () => {
    if (dirty && !save.isPending) save.mutate({ version: base.version, tree })
  }
  // Of what is on the screen: the answer of the last saving may be about another tree.
  const errors = useMemo(() => {
    const out = new Map<string, Record<string, string>>()
    for (const [field, message] of Object.entries(tried.error ? asApiError(tried.error).fields : {})) {
      const at = placeOf(field)
      if (at) out.set(keyOf(at.path), { ...out.get(keyOf(at.path)), [at.field]: message })
    }
    return out
  }, [tried.error])
  const wrong = tried.error !== null && asApiError(tried.error).status === 422

  const onFocused = (run: (path: Path) => void) => () => {
    const path = focused()
    if (path) run(path)
  }
  const moving = (way: Direction) => onFocused(p => move(p, way))
  useShortcuts([
    { keys: 'c', label: t.routes.new, group: 'here', run: () => add(below(focused())) },
    { keys: 'shift+up', label: t.routes.up, group: 'here', run: moving('up') },
    { keys: 'shift+down', label: t.routes.down, group: 'here', run: moving('down') },
    { keys: 'shift+right', label: t.routes.in, group: 'here', run: moving('in') },
    { keys: 'shift+left', label: t.routes.out, group: 'here', run: moving('out') },
    { keys: 'x', label: t.common.remove, group: 'here', run: onFocused(remove) },
    { keys: 'u', label: t.routes.undoEdit, group: 'here', run: undo },
    { keys: 'mod+s', label: t.routes.save, group: 'here', run: submit },
  ])

  const taken = (tried.data && !wrong ? (tried.data.steps ?? []) : [])
    .filter(s => s.taken && s.only !== 'default')
    .map(s => s.at ?? [])
  const path = editing?.path
  const node = path && !editing.fresh ? nodeAt(tree, path) : {}
  return (
    <Page
      title={t.routes.title}
      about={t.routes.about}
      tools={
        <>
          <RegionPick value={region} onChange={r => navigate({ search: { region: r } })} />
          <Link to="/presets" search={{ region }}>
            {t.routes.presets}
          </Link>
        </>
      }
      actions={
        <>
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => add(below(undefined))}>
            {t.routes.new}
          </Button>
          <Button onClick={submit} disabled={!dirty || wrong} loading={save.isPending}>
            {t.routes.save}
          </Button>
        </>
      }
    >
      <div className={css.columns}>
        <section className={css.panel} aria-label={t.routes.title}>
          <Tree
            tree={tree}
            names={names}
            byDefault={byDefault}
            taken={taken}
            errors={errors}
            edit={p => setEditing({ path: p })}
            add={add}
            move={move}
            copy={copy}
            remove={remove}
          />
          {!tree.routes?.length && (
            <p className={css.empty}>
              <strong>{t.routes.empty}.</strong> {byDefault ? t.routes.emptyHint(byDefault) : t.routes.emptyNobody}
            </p>
          )}
          <div className={css.foot}>
            <span>
              {base.version > 0 ? (
                <>
                  {t.routes.version(base.version, author(base.updated_by, t))},{' '}
                  <Time at={base.updated_at} region={region} />
                </>
              ) : (
                t.routes.never
              )}
              {dirty && <span className={css.state}> · {t.routes.unsaved}</span>}
            </span>
            {dirty && (
              <span>
                <Button size="compact-xs" variant="subtle" onClick={undo} disabled={past.length === 0}>
                  {t.routes.undoEdit}
                </Button>
                <Button size="compact-xs" variant="subtle" onClick={() => edit(base.tree)}>
                  {t.routes.dropEdits}
                </Button>
              </span>
            )}
            {dirty && saved.version !== base.version && (
              <span className={css.state} role="status">
                {t.routes.others(author(saved.updated_by, t))}{' '}
                <Button size="compact-xs" variant="subtle" onClick={() => setComparing(saved)}>
                  {t.routes.look}
                </Button>
              </span>
            )}
          </div>
          <span className="o-hidden" role="status">
            {said}
          </span>
        </section>
        <Try region={region} facts={facts} change={setFacts} answer={tried.data} wrong={wrong} names={names} />
      </div>
      {path && node && (
        <NodeDialog
          key={keyOf(path)}
          node={node}
          region={region}
          root={path.length === 0}
          title={path.length === 0 ? t.routes.root : editing.fresh ? t.routes.fresh : t.routes.node(numberOf(path))}
          names={names}
          errors={editing.fresh ? {} : (errors.get(keyOf(path)) ?? {})}
          save={n => {
            edit(editing.fresh ? inserted(tree, path, n) : changed(tree, path, () => n))
            focus(path)
          }}
          close={() => setEditing(undefined)}
        />
      )}
      {comparing && (
        <SavedMeanwhile
          by={comparing.updated_by}
          at={comparing.updated_at}
          region={region}
          theirs={sayTree(comparing.tree, names, t)}
          mine={sayTree(tree, names, t)}
          busy={save.isPending}
          take={() => begin(comparing)}
          overwrite={() => save.mutate({ version: comparing.version, tree })}
          close={() => setComparing(undefined)}
        />
      )}
      <Leave dirty={dirty} hint={t.routes.leaveHint} away={elsewhere} />
    </Page>
  )
}
