import { Skeleton, Tooltip } from '@mantine/core'
import { Fragment, type ReactNode, useRef, useState } from 'react'
import { useT } from '@/i18n'
import css from './Page.module.css'
import { ErrorState } from './States'
import { useListKeys } from './useListKeys'

interface PageProps {
  title: string
  about?: string
  actions?: ReactNode
  tools?: ReactNode
  /** False: it has no list to move in. */
  list?: boolean
  children: ReactNode
}

/** Page is a section with a list: what it is, what can be done, the list. */
export function Page({ title, about, actions, tools, list = true, children }: PageProps) {
  const ref = useRef<HTMLDivElement>(null)
  useListKeys(ref, list)
  return (
    <div className={css.page} ref={ref}>
      <header className={css.head}>
        <div className={css.titles}>
          <h1>{title}</h1>
          {about && <p className="o-dim">{about}</p>}
        </div>
        <div className={css.actions}>{actions}</div>
      </header>
      {tools && <div className={css.tools}>{tools}</div>}
      {children}
    </div>
  )
}

const PART = 200 // rows that are drawn at once

interface Column<T> {
  name: string
  /** What the name does not say by itself. */
  hint?: string
  cell(row: T): ReactNode
  /** Figures and dates stand at the right, words wrap. */
  kind?: 'figure' | 'short' | 'wide' | 'actions'
}

interface ListProps<T> {
  rows: T[] | undefined
  error: unknown
  retry(): void
  id(row: T): string | number
  columns: Column<T>[]
  empty: ReactNode
  label: string
  dim?(row: T): boolean
}

/** Rows is a plain table with its skeleton, its error and its empty state; cards on a phone. */
export function Rows<T>({ rows, error, retry, id, columns, empty, label, dim }: ListProps<T>) {
  const t = useT()
  const [shown, setShown] = useState(PART)
  if (error && !rows) return <ErrorState error={error} retry={retry} />
  if (!rows)
    return (
      <div role="status" aria-label={t.common.loading} className={css.loading}>
        {Array.from({ length: 7 }, (_, i) => (
          <Skeleton key={i} height={28} />
        ))}
      </div>
    )
  if (rows.length === 0) return empty
  return (
    <div className={css.frame}>
      <table className={css.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(c => (
              <th key={c.name} scope="col" data-kind={c.kind}>
                {c.kind === 'actions' ? (
                  <span className="o-hidden">{c.name}</span>
                ) : c.hint ? (
                  <Hinted hint={c.hint}>{c.name}</Hinted>
                ) : (
                  c.name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map(r => (
            <tr key={id(r)} data-dim={dim?.(r) || undefined}>
              {columns.map(c => (
                <td key={c.name} data-kind={c.kind} data-name={c.name}>
                  {c.cell(r)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown && (
        <button type="button" className={css.more} data-item onClick={() => setShown(n => n + PART)}>
          {t.common.moreOf(rows.length - shown)}
        </button>
      )}
    </div>
  )
}

/** Hinted is a word that says more when it is pointed at, focused or tapped. */
function Hinted({ hint, children }: { hint: string; children: string }) {
  return (
    <Tooltip label={hint} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      <button type="button" className={css.hinted}>
        {children}
      </button>
    </Tooltip>
  )
}

const MANY = 3 // beyond which the rest are a figure

/** Names are several in a cell; each stays whole. */
export function Names({ of }: { of: string[] }) {
  if (of.length === 0) return '—'
  return (
    <span title={of.length > MANY ? of.join(', ') : undefined}>
      {of.slice(0, MANY).map((name, i) => (
        <Fragment key={name}>
          {i > 0 && ', '}
          <span className="o-nowrap">{name}</span>
        </Fragment>
      ))}
      {of.length > MANY && ` +${of.length - MANY}`}
    </span>
  )
}

/** A row's name as a button: opens what the row stands for. */
export function RowName({ children, onClick }: { children: ReactNode; onClick(): void }) {
  return (
    <button type="button" className={css.name} data-item onClick={onClick}>
      {children}
    </button>
  )
}
