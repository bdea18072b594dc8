import { ActionIcon, Button, Checkbox, Menu, Popover, TextInput } from '@mantine/core'
import { IconBookmarkPlus, IconColumns3, IconFilter, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { agenciesQuery, regionsQuery } from '@/api/queries'
import { type Severity, type State, severities, states } from '@/api/types'
import { Choose } from '@/components/Choose'
import { useOneRegion, useRegionName } from '@/components/Regions'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'
import css from './Incidents.module.css'
import { type Column, columns, conditions, type IncidentsSearch, switchColumn, usualColumns } from './search'
import { type SavedView, same, storedViews, storeViews } from './views'

interface Props {
  search: IncidentsSearch
  set(change: Partial<IncidentsSearch>): void
  go(search: IncidentsSearch): void
}

/** Views are sets of conditions by name: ours, and those that a person saved. */
export function Views({ search, go }: Pick<Props, 'search' | 'go'>) {
  const t = useT()
  const [saved, setSaved] = useState(storedViews)
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const keep = (views: SavedView[]) => {
    setSaved(views)
    storeViews(views)
  }
  const builtIn: SavedView[] = [
    { name: t.incidents.builtIn.open, search: {} },
    { name: t.incidents.builtIn.overdue, search: { overdue: true } },
    { name: t.incidents.builtIn.mine, search: { state: ['new', 'triage', 'returned', 'reopened'] } },
    { name: t.incidents.builtIn.all, search: { open: 'all', sort: 'newest' } },
  ]
  const known = [...builtIn, ...saved].some(v => same(v.search, search))
  const save = () => {
    const clean = name.trim()
    if (!clean) return
    const { view: _view, ...rest } = search
    keep([...saved.filter(v => v.name !== clean), { name: clean, search: rest }])
    setNaming(false)
    setName('')
    toast(t.incidents.viewSaved(clean))
  }
  const remove = (v: SavedView) => {
    keep(saved.filter(x => x !== v))
    toast(t.incidents.viewRemoved(v.name), () => keep(saved))
  }
  return (
    <nav className={css.views} aria-label={t.incidents.views}>
      {builtIn.map(v => (
        <button
          key={v.name}
          type="button"
          className={css.view}
          aria-current={same(v.search, search) || undefined}
          onClick={() => go({ ...v.search, view: search.view })}
        >
          {v.name}
        </button>
      ))}
      {saved.map(v => (
        <span key={v.name} className={css.savedView}>
          <button
            type="button"
            className={css.view}
            aria-current={same(v.search, search) || undefined}
            onClick={() => go({ ...v.search, view: search.view })}
          >
            {v.name}
          </button>
          <ActionIcon size="xs" aria-label={`${t.common.remove}: ${v.name}`} onClick={() => remove(v)}>
            <IconX size={12} />
          </ActionIcon>
        </span>
      ))}
      {!known && (
        <Popover opened={naming} onChange={setNaming} trapFocus>
          <Popover.Target>
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconBookmarkPlus size={14} />}
              onClick={() => setNaming(!naming)}
            >
              {t.incidents.saveView}
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <form
              className={css.naming}
              onSubmit={e => {
                e.preventDefault()
                save()
              }}
            >
              <TextInput
                label={t.incidents.viewName}
                value={name}
                maxLength={80}
                onChange={e => setName(e.currentTarget.value)}
                data-autofocus
              />
              <Button type="submit" disabled={!name.trim()}>
                {t.common.save}
              </Button>
            </form>
          </Popover.Dropdown>
        </Popover>
      )}
    </nav>
  )
}

/** Filters set the conditions of the list; all of them stand in the address. */
export function Filters({ search, set, go }: Props) {
  const t = useT()
  const regionName = useRegionName()
  const { data: regions } = useQuery(regionsQuery)
  const { data: agencies } = useQuery(agenciesQuery)
  const set1 = <T,>(v: T[]) => (v.length ? v : undefined)
  const n = conditions(search)
  return (
    <div className={css.filters}>
      <Choose
        label={t.incidents.which}
        single
        required
        value={[search.state ? 'all' : (search.open ?? 'open')]}
        options={[
          { value: 'open', label: t.incidents.open },
          { value: 'false', label: t.incidents.closed },
          { value: 'all', label: t.incidents.all },
        ]}
        onChange={([v]) => set({ open: v === 'all' || v === 'false' ? v : undefined, state: undefined })}
      />
      <Choose
        label={t.common.state}
        value={search.state ?? []}
        options={states.map(s => ({ value: s, label: t.states[s] }))}
        onChange={v => set({ state: set1(v as State[]), open: undefined })}
      />
      <Choose
        label={t.common.region}
        value={search.region ?? []}
        options={(regions ?? []).map(r => ({ value: r.code, label: regionName(r.code) }))}
        onChange={v => set({ region: set1(v) })}
      />
      <Choose
        label={t.common.agency}
        value={(search.agency ?? []).map(String)}
        options={(agencies ?? []).map(a => ({ value: String(a.id), label: a.name }))}
        onChange={v => set({ agency: set1(v.map(Number)) })}
      />
      <Choose
        label={t.common.severity}
        value={search.severity ?? []}
        options={severities.map(s => ({ value: s, label: t.severities[s] }))}
        onChange={v => set({ severity: set1(v as Severity[]) })}
      />
      <Popover width={280} position="bottom-start" trapFocus>
        <Popover.Target>
          <Button variant="default" leftSection={<IconFilter size={14} />}>
            {t.incidents.moreFilters}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={css.moreFilters}>
            <TextInput
              type="date"
              label={`${t.incidents.opened}: ${t.incidents.from}`}
              value={search.from ?? ''}
              onChange={e => set({ from: e.currentTarget.value || undefined })}
            />
            <TextInput
              type="date"
              label={`${t.incidents.opened}: ${t.incidents.to}`}
              value={search.to ?? ''}
              onChange={e => set({ to: e.currentTarget.value || undefined })}
            />
            <Checkbox
              label={t.incidents.overdue}
              checked={search.overdue ?? false}
              onChange={e => set({ overdue: e.currentTarget.checked || undefined })}
            />
          </div>
        </Popover.Dropdown>
      </Popover>
      {n > 0 && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} />}
          onClick={() => go({ view: search.view, cols: search.cols, sort: search.sort })}
        >
          {t.incidents.reset}
        </Button>
      )}
    </div>
  )
}

export function columnName(c: Column, t: ReturnType<typeof useT>): string {
  const names: Record<Column, string> = {
    number: t.incidents.number,
    title: t.incidents.titleColumn,
    state: t.common.state,
    severity: t.common.severity,
    region: t.common.region,
    agency: t.common.agency,
    due: t.incidents.due,
    posts: t.incidents.posts,
    opened: t.incidents.opened,
    updated: t.incidents.updated,
    curator: t.incidents.curator,
  }
  return names[c]
}

/** ColumnsMenu chooses what the list shows. */
export function ColumnsMenu({ search, set }: Pick<Props, 'search' | 'set'>) {
  const t = useT()
  const usual = usualColumns(useOneRegion())
  const shown = search.cols ?? usual
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns3 size={14} />}>
          {t.incidents.columns}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(c => (
          <Menu.CheckboxItem
            key={c}
            checked={shown.includes(c)}
            disabled={c === 'title'}
            onChange={() => set({ cols: switchColumn(shown, usual, c) })}
          >
            {columnName(c, t)}
          </Menu.CheckboxItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
