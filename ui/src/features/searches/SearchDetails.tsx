import { Modal, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, data } from '@/api/client'
import { rulesQuery } from '@/api/queries'
import type { components } from '@/api/schema'
import type { SavedSearch } from '@/api/types'
import { useMe } from '@/app/me'
import { Diff } from '@/components/Diff'
import { useRegionName } from '@/components/Regions'
import { ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { useSpeech } from '@/i18n'
import { author } from '@/i18n/author'
import css from './Searches.module.css'

type Hits = components['schemas']['Hits']
type Version = components['schemas']['SearchVersion']

/** hitsOf sums what each version has found, and says when it last did. */
export function hitsOf(all: Hits[]): Map<number, { posts: number; last: string }> {
  const out = new Map<number, { posts: number; last: string }>()
  for (const h of all) {
    const before = out.get(h.version)
    out.set(h.version, {
      posts: (before?.posts ?? 0) + h.posts,
      last: before && before.last > h.last ? before.last : h.last,
    })
  }
  return out
}

/** SearchDetails says what a search has found, what works by it, and how it was changed. */
export function SearchDetails({ search: s, close }: { search: SavedSearch; close(): void }) {
  const { t } = useSpeech()
  const me = useMe()
  const path = { params: { path: { id: s.id } } }
  const versions = useQuery({
    queryKey: ['searches', s.id, 'versions'],
    queryFn: async () => (await data(api.GET('/api/v1/searches/{id}/versions', path))).items ?? [],
  })
  const { data: hits } = useQuery({
    queryKey: ['searches', s.id, 'hits'],
    queryFn: async () => (await data(api.GET('/api/v1/searches/{id}/hits', path))).items ?? [],
    enabled: me.may('see incidents'),
    refetchInterval: 15_000,
  })
  const rules = useRulesOf(s)
  const found = hitsOf(hits ?? [])
  const now = found.get(s.version)
  return (
    <Modal opened onClose={close} title={s.name} size="lg" closeButtonProps={{ 'aria-label': t.common.close }}>
      <dl className={css.facts}>
        {me.may('see incidents') && (
          <>
            <dt>{t.searches.hits}</dt>
            <dd>
              {hits ? (
                <>
                  {t.count.posts(now?.posts ?? 0)}
                  {now && (
                    <>
                      , {t.searches.lastHit} <Time at={now.last} />
                    </>
                  )}
                </>
              ) : (
                '…'
              )}
            </dd>
          </>
        )}
        <dt>{t.searches.past}</dt>
        <dd>
          {s.past_done ? t.count.posts(s.past_found) : t.searches.pastRunning}
          <div className="o-dim">{t.searches.pastHint}</div>
        </dd>
        {me.may('see incidents') && (
          <>
            <dt>{t.nav.rules}</dt>
            <dd>
              {rules.length === 0
                ? t.searches.noRules
                : rules.map((r, i) => (
                    <span key={r.id}>
                      {i > 0 && ', '}
                      {me.may('edit rules') ? (
                        <Link to="/rules" search={{ edit: r.id }}>
                          {r.name}
                        </Link>
                      ) : (
                        r.name
                      )}
                      {!r.enabled && ` (${t.rules.disabled.toLowerCase()})`}
                    </span>
                  ))}
            </dd>
          </>
        )}
      </dl>
      {hits && hits.length > 0 && <ByRegion hits={hits.filter(h => h.version === s.version)} />}
      <h3 className={css.part}>{t.searches.versions}</h3>
      {versions.error && !versions.data ? (
        <ErrorState error={versions.error} retry={versions.refetch} />
      ) : !versions.data ? (
        <Skeleton height={80} />
      ) : (
        <ol className={css.versions} reversed>
          {versions.data.map((v, i) => (
            <OneVersion key={v.version} version={v} before={versions.data[i + 1]} posts={found.get(v.version)?.posts} />
          ))}
        </ol>
      )}
    </Modal>
  )
}

/** The rules that the person sees of a search. */
export function useRulesOf(s: SavedSearch) {
  const me = useMe()
  const { data: rules } = useQuery({ ...rulesQuery, enabled: me.may('see incidents') })
  return (rules ?? []).filter(r => r.search === s.id)
}

function ByRegion({ hits }: { hits: Hits[] }) {
  const { t } = useSpeech()
  const regionName = useRegionName()
  if (hits.length < 2) return null
  return (
    <dl className={css.facts}>
      {hits.map(h => (
        <div key={h.region} className={css.pair}>
          <dt>{regionName(h.region)}</dt>
          <dd>{t.count.posts(h.posts)}</dd>
        </div>
      ))}
    </dl>
  )
}

interface VersionProps {
  version: Version
  before: Version | undefined
  posts: number | undefined
}

function OneVersion({ version: v, before, posts }: VersionProps) {
  const { t } = useSpeech()
  const regionName = useRegionName()
  const regions = (x: Version) => (x.regions ?? []).map(regionName).join(', ')
  const other = before && (before.query !== v.query || before.name !== v.name || regions(before) !== regions(v))
  return (
    <li>
      <div>
        <strong>{t.post.revision(v.version)}</strong> <Time at={v.changed_at} />, {author(v.changed_by, t)}
        {posts !== undefined && <span className="o-dim"> · {t.count.posts(posts)}</span>}
      </div>
      {!before && <code className={css.query}>{v.query}</code>}
      {before && !other && <span className="o-dim">{t.searches.sameWords}</span>}
      {before && before.query !== v.query && (
        <div className={css.query}>
          <Diff before={before.query} after={v.query} />
        </div>
      )}
      {before && before.name !== v.name && (
        <div>
          {t.common.name}: <Diff before={before.name} after={v.name} />
        </div>
      )}
      {before && regions(before) !== regions(v) && (
        <div>
          {t.common.regions}: <Diff before={regions(before)} after={regions(v)} />
        </div>
      )}
    </li>
  )
}
