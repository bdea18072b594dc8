import { Button, Skeleton } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '@/api/client'
import type { Evidence, IncidentView } from '@/api/types'
import { NetworkIcon } from '@/components/Badges'
import { Outside } from '@/components/Link'
import { PostBody } from '@/components/PostBody'
import { ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import css from './Incident.module.css'

/** Posts are the evidence of an incident: the first ones, and all on demand. */
export function Posts({ incident }: { incident: IncidentView }) {
  const t = useT()
  const [all, setAll] = useState(false)
  const rest = useInfiniteQuery({
    queryKey: ['incident', incident.number, 'posts'],
    queryFn: ({ pageParam }) =>
      data(
        api.GET('/api/v1/incidents/{number}/posts', {
          params: {
            path: { number: incident.number },
            query: { limit: 100, ...(pageParam ? { after: pageParam } : {}) },
          },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: p => p.next || undefined,
    enabled: all,
  })
  const shown = rest.data?.pages.flatMap(p => p.items ?? []) ?? incident.posts ?? []
  return (
    <section className={css.card} aria-labelledby="posts">
      <h2 id="posts">
        {t.incident.posts} <span className={css.total}>{incident.posts_total}</span>
      </h2>
      {shown.map((e, i) => (
        <EvidencePost
          key={e.post}
          evidence={e}
          region={incident.region}
          folded={i > 0 && e.body?.text === shown[0]?.body?.text}
        />
      ))}
      {rest.error && <ErrorState error={rest.error} retry={rest.refetch} />}
      {rest.isFetching && <Skeleton height={60} role="status" aria-label={t.common.loading} />}
      {!all && (incident.posts_next || incident.posts_total > shown.length) && (
        <Button variant="default" onClick={() => setAll(true)}>
          {t.incident.allPosts(t.count.posts(incident.posts_total))}
        </Button>
      )}
      {rest.hasNextPage && (
        <Button variant="default" onClick={() => rest.fetchNextPage()}>
          {t.common.more}
        </Button>
      )}
    </section>
  )
}

/** A copy of the same text is only a line. */
function EvidencePost({ evidence: e, region, folded }: { evidence: Evidence; region: string; folded: boolean }) {
  const t = useT()
  const network = e.post.slice(0, e.post.indexOf(':'))
  return (
    <article className={css.post}>
      <div className={css.postHead}>
        <NetworkIcon network={network} />
        <strong>{e.body?.channel ?? e.post}</strong>
        <Time at={e.published} region={region} />
        <span className="o-dim">{t.incident.how[e.how] ?? e.how}</span>
        {e.copies > 1 && <span className="o-dim">{t.count.revisions(e.copies)}</span>}
        {e.deleted_at && (
          <span className={css.gone}>
            {t.feed.deleted} <Time at={e.deleted_at} region={region} />
          </span>
        )}
        {e.body?.url && (
          <span className={css.original}>
            <Outside to={e.body.url}>{t.post.original}</Outside>
          </span>
        )}
      </div>
      {e.body && !folded && <PostBody post={e.body} />}
    </article>
  )
}
