import { ActionIcon } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import type { RouteNode } from '@/api/types'
import { RowMenu } from '@/components/RowMenu'
import { useT } from '@/i18n'
import css from './Routes.module.css'
import { type Direction, effective, nextOf, nodeAt, numberOf, type Path, samePath, targetOf, unreached } from './tree'
import { extrasOf, type Names, sayWhen } from './words'

interface Props {
  tree: RouteNode
  names: Names
  /** The region's default agency. */
  byDefault: string | undefined
  /** Nodes that what is tried went through. */
  taken: Path[]
  /** What the server has found wrong, by the key of a node. */
  errors: Map<string, Record<string, string>>
  edit(path: Path): void
  add(path: Path): void
  move(path: Path, way: Direction): void
  copy(path: Path): void
  remove(path: Path): void
}

/** The key of a node: its place as a word. */
export const keyOf = (path: Path): string => path.join('.') || 'root'

/** Tree says a tree of routes in sentences, each with what can be done with it. */
export function Tree(props: Props) {
  const t = useT()
  const { tree, names, byDefault, taken, edit, add } = props
  const agency = tree.agency ? names.agency(tree.agency) : byDefault && t.routes.byDefault(byDefault)
  const dead = unreached(tree)
  return (
    <ol className={css.tree} aria-label={t.routes.title}>
      <li>
        <div className={css.row} data-taken={taken.some(p => p.length === 0) || undefined}>
          <span className={css.number} aria-hidden />
          <div className={css.words}>
            <button type="button" className={css.name} data-item data-path="root" onClick={() => edit([])}>
              {t.routes.root}
            </button>
            <div className={css.to}>
              <span>
                <span className={css.arrow} aria-hidden>
                  →
                </span>{' '}
                <span className={tree.agency ? css.agency : 'o-dim'}>{agency ?? t.routes.nobody}</span>
              </span>
              {!tree.preset && <span className="o-dim">{t.routes.dueBySeverity}</span>}
              <Extras node={tree} names={names} />
            </div>
            <Problems {...props} path={[]} />
          </div>
          <div className={css.buttons}>
            <RowMenu
              of={t.routes.root}
              actions={[
                { name: t.common.edit, run: () => edit([]) },
                { name: t.routes.new, run: () => add([(tree.routes ?? []).length]) },
              ]}
            />
          </div>
        </div>
        <Level {...props} path={[]} dead={dead} />
      </li>
    </ol>
  )
}

function Level({ path, dead, ...props }: Props & { path: Path; dead: Path[] }) {
  const all = nodeAt(props.tree, path)?.routes ?? []
  if (all.length === 0) return null
  return (
    <ol>
      {all.map((node, i) => (
        <li key={i}>
          <One {...props} node={node} path={[...path, i]} dead={dead} />
          <Level {...props} path={[...path, i]} dead={dead} />
        </li>
      ))}
    </ol>
  )
}

function One({ node, path, dead, ...props }: Props & { node: RouteNode; path: Path; dead: Path[] }) {
  const t = useT()
  const { tree, names, byDefault, taken, edit, add, move, copy, remove } = props
  const name = node.name || t.routes.fresh
  const above = effective(tree, path).agency
  const inherited = above ? t.routes.asAbove(names.agency(above)) : byDefault && t.routes.byDefault(byDefault)
  const only = node.continue && !node.agency
  const can = (way: Direction) => targetOf(tree, path, way) !== undefined
  return (
    <div className={css.row} data-taken={taken.some(p => samePath(p, path)) || undefined}>
      <span className={css.number}>{numberOf(path)}</span>
      <div className={css.words}>
        <button type="button" className={css.name} data-item data-path={keyOf(path)} onClick={() => edit(path)}>
          {name}
        </button>{' '}
        <span className={css.when}>— {sayWhen(node, names, t)}</span>
        <div className={css.to}>
          <span>
            <span className={css.arrow} aria-hidden>
              →
            </span>{' '}
            {node.agency ? (
              <span className={css.agency}>{names.agency(node.agency)}</span>
            ) : (
              <span className="o-dim">{only ? t.routes.onlyWatchers : (inherited ?? t.routes.nobody)}</span>
            )}
          </span>
          <Extras node={node} names={names} />
        </div>
        <Problems {...props} path={path} />
        {dead.some(p => samePath(p, path)) && <span className={css.warn}>{t.routes.unreached}</span>}
      </div>
      <div className={css.buttons}>
        <ActionIcon aria-label={`${t.routes.up}: ${name}`} disabled={!can('up')} onClick={() => move(path, 'up')}>
          <IconArrowUp size={15} />
        </ActionIcon>
        <ActionIcon aria-label={`${t.routes.down}: ${name}`} disabled={!can('down')} onClick={() => move(path, 'down')}>
          <IconArrowDown size={15} />
        </ActionIcon>
        <RowMenu
          of={name}
          actions={[
            { name: t.common.edit, run: () => edit(path) },
            { name: t.routes.newInside, run: () => add([...path, (node.routes ?? []).length]) },
            { name: t.routes.newBelow, run: () => add(nextOf(path)) },
            { name: t.routes.copy, run: () => copy(path) },
            ...(can('in') ? [{ name: t.routes.in, run: () => move(path, 'in') }] : []),
            ...(can('out') ? [{ name: t.routes.out, run: () => move(path, 'out') }] : []),
            { name: t.common.remove, run: () => remove(path), danger: true },
          ]}
        />
      </div>
    </div>
  )
}

function Extras({ node, names }: { node: RouteNode; names: Names }) {
  const t = useT()
  return extrasOf(node, names, t).map(x => <span key={x}>{x}</span>)
}

/** What is wrong with a node: what the server says, and what is gone since. */
function Problems({ tree, names, errors, path }: Props & { path: Path }) {
  const t = useT()
  const node = nodeAt(tree, path)
  const wrong = errors.get(keyOf(path)) ?? {}
  const said = [
    ...new Set([
      ...Object.values(wrong),
      ...(node?.agency && !wrong.agency && !names.thereIs.agency(node.agency) ? [t.routes.gone.agency] : []),
      ...((node?.when?.searches ?? []).some(id => !names.thereIs.search(id)) ? [t.routes.gone.search] : []),
    ]),
  ]
  return said.map(s => (
    <span key={s} className={css.bad}>
      {s}
    </span>
  ))
}
