import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useRef } from 'react'
import type { Incident } from '@/api/types'
import { AgencyName, RegionName, SeverityMark, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import { useOneRegion } from '@/components/Regions'
import { Time } from '@/components/Time'
import { useListKeys } from '@/components/useListKeys'
import { type Dictionary, useT } from '@/i18n'
import { DecisionMenu } from './Decisions'
import { columnName } from './Filters'
import css from './Incidents.module.css'
import { type Column, columns, type IncidentsSearch, usualColumns } from './search'

interface Props {
  items: Incident[]
  search: IncidentsSearch
  set(change: Partial<IncidentsSearch>): void
  /** What the table scrolls in. */
  scroller: HTMLElement | null
}

// What a click on a column's head sorts by, in turn; the server sorts by no other.
const sorts: Partial<Record<Column, (IncidentsSearch['sort'] | 'due')[]>> = {
  due: ['due'],
  opened: ['newest', 'oldest'],
}

const cells: Record<Column, (i: Incident, t: Dictionary) => ReactNode> = {
  number: i => (
    <span className={css.number}>
      <SeverityMark severity={i.severity} />
      {i.number}
    </span>
  ),
  title: i => (
    <Link to="/incidents/$number" params={{ number: String(i.number) }} className={css.link} data-item>
      {i.title || `№ ${i.number}`}
    </Link>
  ),
  state: i => <StateBadge state={i.state} />,
  severity: (i, t) => t.severities[i.severity as keyof typeof t.severities] ?? i.severity,
  region: i => <RegionName code={i.region} />,
  agency: i => (
    <span className={css.agency}>
      <AgencyName incident={i} />
    </span>
  ),
  due: i => <Due due={i.due} clock={i.due_clock} region={i.region} />,
  posts: i => i.posts_total,
  opened: i => <Time at={i.opened_at} region={i.region} short />,
  updated: i => <Time at={i.updated_at} region={i.region} short />,
  curator: i => i.curator || '—',
}

// px: columns keep their width while rows come and go; the title takes the rest.
const widths: Record<Exclude<Column, 'title'>, number> = {
  number: 84,
  due: 122,
  state: 132,
  severity: 112,
  region: 150,
  agency: 236,
  posts: 96,
  opened: 104,
  updated: 104,
  curator: 150,
}
const MENU = 42
const TITLE = 280 // at least
const ROW = 37 // of one line; others are measured

/**
 * Table lists incidents in the columns that the address names. Only the rows
 * on the screen are drawn: a thousand more cost nothing.
 */
export function Table({ items, search, set, scroller }: Props) {
  const t = useT()
  const ref = useRef<HTMLTableElement>(null)
  useListKeys(ref)
  const usual = usualColumns(useOneRegion())
  const chosen = search.cols ?? usual
  const shown = columns.filter(c => c === 'title' || chosen.includes(c))
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW,
    overscan: 12,
    getItemKey: useCallback((i: number) => items[i]?.number ?? i, [items]),
  })
  const rows = virtual.getVirtualItems()
  const before = rows[0]?.start ?? 0
  const after = virtual.getTotalSize() - (rows[rows.length - 1]?.end ?? 0)
  const width = shown.reduce((sum, c) => sum + (c === 'title' ? TITLE : widths[c]), MENU)
  return (
    <table ref={ref} className={css.table} style={{ minWidth: width }} aria-rowcount={items.length + 1}>
      <colgroup>
        {shown.map(c => (
          <col key={c} style={c === 'title' ? undefined : { width: widths[c] }} />
        ))}
        <col style={{ width: MENU }} />
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {shown.map(c => (
            <Head key={c} column={c} sort={search.sort ?? 'due'} set={set} />
          ))}
          <th data-col="menu">
            <span className="o-hidden">{t.common.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        <Gap height={before} />
        {rows.map(r => {
          const i = items[r.index]
          return (
            i && (
              <tr
                key={i.number}
                ref={virtual.measureElement}
                data-index={r.index}
                data-number={i.number}
                aria-rowindex={r.index + 2}
              >
                {shown.map(c => (
                  <td key={c} data-col={c}>
                    {cells[c](i, t)}
                  </td>
                ))}
                <td data-col="menu">
                  <DecisionMenu incident={i} />
                </td>
              </tr>
            )
          )
        })}
        <Gap height={after} />
      </tbody>
    </table>
  )
}

/** Gap stands for rows that are not drawn. */
function Gap({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden style={{ height }} /> : null
}

interface HeadProps {
  column: Column
  sort: 'due' | 'newest' | 'oldest'
  set: Props['set']
}

function Head({ column, sort, set }: HeadProps) {
  const t = useT()
  const by = sorts[column]
  const on = by?.includes(sort)
  const next = by?.[on ? (by.indexOf(sort) + 1) % by.length : 0]
  const name = columnName(column, t)
  return (
    <th scope="col" data-col={column} aria-sort={on ? (sort === 'newest' ? 'descending' : 'ascending') : undefined}>
      {next ? (
        <button type="button" className={css.sort} onClick={() => set({ sort: next === 'due' ? undefined : next })}>
          {name}
          {on && (sort === 'newest' ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
        </button>
      ) : (
        name
      )}
    </th>
  )
}
