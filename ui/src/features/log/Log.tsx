import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { List } from '@/api/types'
import { useMe } from '@/app/me'
import { Choose } from '@/components/Choose'
import { Names, Page, RowName, Rows } from '@/components/Page'
import { useRegionName, useZone } from '@/components/Regions'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { type Dictionary, useT, word } from '@/i18n'
import { author } from '@/i18n/author'
import { type AuditEvent, changesQuery, type Look, looksQuery } from './data'
import css from './Log.module.css'
import { type LogSearch, things } from './search'
import { useWords } from './useWords'
import { changesOf } from './words'

/** LogPage says who changed what, and who has looked at sealed incidents. */
export function LogPage() {
  const t = useT()
  const me = useMe()
  const search = useSearch({ from: '/inside/log' })
  const navigate = useNavigate()
  const set = (change: Partial<LogSearch>) => navigate({ to: '/log', search: { ...search, ...change } })
  const both = me.may('see audit') && me.sealed
  const looks = !me.may('see audit') || (both && search.view === 'looks')
  return (
    <Page
      title={t.log.title}
      about={looks ? t.log.aboutLooks : t.log.about}
      tools={
        <>
          {both && (
            <SegmentedControl
              aria-label={t.log.title}
              value={looks ? 'looks' : 'changes'}
              onChange={v => set({ view: v === 'looks' ? 'looks' : undefined })}
              data={[
                { value: 'changes', label: t.log.changes },
                { value: 'looks', label: t.log.looks },
              ]}
            />
          )}
          <TextInput
            type="date"
            aria-label={t.log.day}
            value={search.day ?? ''}
            onChange={e => set({ day: e.currentTarget.value || undefined })}
          />
          {!looks && (
            <Choose
              single
              label={t.log.thing}
              value={search.thing ? [search.thing] : []}
              options={things.map(x => ({ value: x, label: t.log.things[x] }))}
              onChange={([v]) => set({ thing: things.find(x => x === v) })}
            />
          )}
          {(search.who || search.person || search.thing || search.day) && (
            <Button variant="default" onClick={() => navigate({ to: '/log', search: { view: search.view } })}>
              {t.common.clear}
            </Button>
          )}
        </>
      }
    >
      {looks ? <Looks search={search} set={set} /> : <Changes search={search} set={set} />}
    </Page>
  )
}

interface Props {
  search: LogSearch
  set(change: Partial<LogSearch>): void
}

function Changes({ search, set }: Props) {
  const t = useT()
  const zone = useZone()
  const region = useRegionName()
  const list = useInfiniteQuery(changesQuery(search, zone))
  const wordsOf = useWords(list.data?.pages.flatMap(p => p.items ?? []) ?? [])
  const what = (e: AuditEvent) => {
    const changes = changesOf(e, wordsOf(e.regions?.[0]))
    return (
      <div className={css.what}>
        <span>
          {word(t.log.things, e.thing)} <strong>{nameOf(e, t, region)}</strong>: {word(t.log.kinds, e.kind)}
        </span>
        {e.kind === 'changed' || e.thing === 'preset' || e.thing === 'route' ? (
          <ul className="o-dim">
            {changes.map(c => (
              <li key={c}>{c}</li>
            ))}
          </ul>
        ) : (
          changes.length > 0 && <p className="o-dim">{changes.join(' · ')}</p>
        )}
      </div>
    )
  }
  return (
    <More list={list}>
      {(rows: AuditEvent[] | undefined) => (
        <>
          <Person search={search} set={set} rows={rows?.map(e => ({ who: e.who, name: author(e.by, t) }))} />
          <Rows
            label={t.log.changes}
            rows={rows}
            error={list.error}
            retry={list.refetch}
            id={e => e.id}
            empty={<Empty title={t.log.empty} hint={t.log.emptyHint} />}
            columns={[
              { name: t.log.at, kind: 'short', cell: e => <Time at={e.at} short /> },
              {
                name: t.log.who,
                cell: e =>
                  e.who ? (
                    <RowName onClick={() => set({ who: e.who })}>{author(e.by, t)}</RowName>
                  ) : (
                    <span className="o-dim">{author(e.by, t)}</span>
                  ),
              },
              { name: t.log.what, kind: 'wide', cell: what },
              { name: t.common.regions, cell: e => <Names of={(e.regions ?? []).map(region)} /> },
              { name: 'IP', kind: 'short', cell: e => e.address || '—' },
            ]}
          />
        </>
      )}
    </More>
  )
}

/** What an event is about: routes are those of a region, and have no name of their own. */
function nameOf(e: AuditEvent, t: Dictionary, region: (code: string) => string): string {
  if (e.thing === 'route') return region(e.of)
  return e.thing === 'token' || e.thing === 'person' ? author(e.name || e.of, t) : e.name || e.of
}

function Looks({ search, set }: Props) {
  const t = useT()
  const zone = useZone()
  const region = useRegionName()
  const list = useInfiniteQuery(looksQuery(search, zone))
  return (
    <More list={list}>
      {(rows: Look[] | undefined) => (
        <>
          <Person search={{ who: search.who }} set={set} rows={rows} />
          <Rows
            label={t.log.looks}
            rows={rows}
            error={list.error}
            retry={list.refetch}
            id={l => l.id}
            empty={<Empty title={t.log.noLooks} hint={t.log.noLooksHint} />}
            columns={[
              { name: t.log.at, kind: 'short', cell: l => <Time at={l.at} short /> },
              {
                name: t.log.who,
                kind: 'wide',
                cell: l => <RowName onClick={() => set({ who: l.who })}>{l.name}</RowName>,
              },
              {
                name: t.log.incident,
                kind: 'short',
                cell: l => (
                  <Link to="/incidents/$number" params={{ number: String(l.number) }}>
                    № {l.number}
                  </Link>
                ),
              },
              { name: t.common.region, cell: l => region(l.region) },
            ]}
          />
        </>
      )}
    </More>
  )
}

/** Person says whose doings are shown, or about whom they are. */
function Person({ search, rows }: Props & { rows: { who?: number; name: string }[] | undefined }) {
  const t = useT()
  if (!search.who && !search.person) return null
  const name = (id: number) => rows?.find(r => r.who === id)?.name ?? `№ ${id}`
  return (
    <p className="o-dim" role="status">
      {search.who && t.log.onlyBy(name(search.who))} {search.person && t.log.onlyAbout(name(search.person))}
    </p>
  )
}

interface MoreProps<T> {
  list: UseInfiniteQueryResult<InfiniteData<List<T>>>
  children(rows: T[] | undefined): ReactNode
}

/** More shows what has been read, and reads on. */
function More<T>({ list, children }: MoreProps<T>) {
  const t = useT()
  return (
    <>
      {children(list.data?.pages.flatMap(p => p.items ?? []))}
      {list.hasNextPage && (
        <div className={css.end}>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {t.common.more}
          </Button>
        </div>
      )}
    </>
  )
}
