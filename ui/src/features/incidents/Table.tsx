import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useRef } from 'react'
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

/** Table lists incidents in the columns that the address names. */
export function Table({ items, search, set }: Props) {
  const t = useT()
  const ref = useRef<HTMLTableElement>(null)
  useListKeys(ref)
  const usual = usualColumns(useOneRegion())
  const chosen = search.cols ?? usual
  const shown = columns.filter(c => c === 'title' || chosen.includes(c))
  return (
    <table ref={ref} className={css.table}>
      <thead>
        <tr>
          {shown.map(c => (
            <Head key={c} column={c} sort={search.sort ?? 'due'} set={set} />
          ))}
          <th data-col="menu">
            <span className="o-hidden">{t.common.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map(i => (
          <tr key={i.number} data-number={i.number}>
            {shown.map(c => (
              <td key={c} data-col={c}>
                {cells[c](i, t)}
              </td>
            ))}
            <td data-col="menu">
              <DecisionMenu incident={i} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
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
