import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { createColumnHelper, flexRender, getCoreRowModel, useReactTable } from '@tanstack/react-table'
import { useMemo, useRef } from 'react'
import type { Incident } from '@/api/types'
import { RegionName, SeverityBadge, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import { Time } from '@/components/Time'
import { useListKeys } from '@/components/useListKeys'
import { useT } from '@/i18n'
import { columnName } from './Filters'
import css from './Incidents.module.css'
import { type Column, columns, defaultColumns, type IncidentsSearch } from './search'

interface Props {
  items: Incident[]
  search: IncidentsSearch
  set(change: Partial<IncidentsSearch>): void
}

const helper = createColumnHelper<Incident>()

// What a click on a column's head sorts by, in turn; others can't be sorted by.
const sorts: Partial<Record<Column, (IncidentsSearch['sort'] | 'due')[]>> = {
  due: ['due'],
  opened: ['newest', 'oldest'],
}

export function Table({ items, search, set }: Props) {
  const t = useT()
  const ref = useRef<HTMLTableElement>(null)
  useListKeys(ref)
  const defined = useMemo(
    () => [
      helper.accessor('number', { cell: c => <span className="o-dim">{c.getValue()}</span> }),
      helper.accessor('title', {
        cell: c => (
          <Link
            to="/incidents/$number"
            params={{ number: String(c.row.original.number) }}
            className={css.link}
            data-item
          >
            {c.getValue() || `№ ${c.row.original.number}`}
          </Link>
        ),
      }),
      helper.accessor('state', {
        cell: c => (
          <span className={css.stateCell}>
            <StateBadge state={c.getValue()} />
            <SeverityBadge severity={c.row.original.severity} />
          </span>
        ),
      }),
      helper.accessor('severity', {
        cell: c => t.severities[c.getValue() as keyof typeof t.severities] ?? c.getValue(),
      }),
      helper.accessor('region', { cell: c => <RegionName code={c.getValue()} /> }),
      helper.accessor(i => i.agency?.name ?? '', {
        id: 'agency',
        cell: c => {
          const proposed = c.row.original.proposed
          const name = c.getValue() || (proposed ? `${proposed.name} (${t.incidents.proposed})` : '—')
          return (
            <span className={css.clamp} title={name} data-proposed={!c.getValue() || undefined}>
              {name}
            </span>
          )
        },
      }),
      helper.accessor('due', {
        cell: c => <Due due={c.getValue()} clock={c.row.original.due_clock} region={c.row.original.region} />,
      }),
      helper.accessor('posts_total', { id: 'posts' }),
      helper.accessor('opened_at', {
        id: 'opened',
        cell: c => <Time at={c.getValue()} region={c.row.original.region} short />,
      }),
      helper.accessor('updated_at', {
        id: 'updated',
        cell: c => <Time at={c.getValue()} region={c.row.original.region} short />,
      }),
      helper.accessor('curator', { cell: c => c.getValue() || '—' }),
    ],
    [t],
  )
  const shown = search.cols ?? defaultColumns
  const table = useReactTable({
    data: items,
    columns: defined,
    getCoreRowModel: getCoreRowModel(),
    getRowId: i => String(i.number),
    state: { columnVisibility: Object.fromEntries(columns.map(c => [c, c === 'title' || shown.includes(c)])) },
  })
  const sort = search.sort ?? 'due'
  return (
    <table ref={ref} className={css.table}>
      <thead>
        <tr>
          {table.getFlatHeaders().map(h => {
            const id = h.column.id as Column
            const by = sorts[id]
            const on = by?.includes(sort)
            const next = by?.[on ? (by.indexOf(sort) + 1) % by.length : 0]
            return (
              <th
                key={h.id}
                scope="col"
                data-col={id}
                aria-sort={on ? (sort === 'newest' ? 'descending' : 'ascending') : undefined}
              >
                {next ? (
                  <button
                    type="button"
                    className={css.sort}
                    onClick={() => set({ sort: next === 'due' ? undefined : next })}
                  >
                    {columnName(id, t)}
                    {on &&
                      (sort === 'newest' ? (
                        <IconArrowDown size={12} aria-hidden />
                      ) : (
                        <IconArrowUp size={12} aria-hidden />
                      ))}
                  </button>
                ) : (
                  columnName(id, t)
                )}
              </th>
            )
          })}
        </tr>
      </thead>
      <tbody>
        {table.getRowModel().rows.map(r => (
          <tr key={r.id}>
            {r.getVisibleCells().map(c => (
              <td key={c.id} data-col={c.column.id}>
                {flexRender(c.column.columnDef.cell, c.getContext())}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
