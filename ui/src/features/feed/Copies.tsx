import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { copiesQuery } from '@/api/queries'
import type { PostCopies } from '@/api/types'
import { type Dictionary, useT } from '@/i18n'

/** What is known of a post's copies; of a count that was cut, that there may be more. */
export function copiesText({ posts, reached }: PostCopies, t: Dictionary): string {
  if (posts === 0) return reached ? t.post.copiesUnknown : t.post.noCopies
  const copies = t.count.copies(posts)
  return reached ? t.post.atLeast(copies) : copies
}

/**
 * Copies says how many other posts say the same, and leads to them where there are some. A
 * count that fails is no reason to alarm a person who reads a post.
 */
export function Copies({ id }: { id: string }) {
  const t = useT()
  const { data, error } = useQuery(copiesQuery(id))
  if (error && !data) return <span>{t.post.copiesUnknown}</span>
  if (!data) return <Skeleton height={12} width={64} mt={2} aria-hidden />
  if (!data.query) return <span title={data.reason}>{t.post.tooShort}</span>
  if (data.posts === 0 && !data.reached) return <span>{copiesText(data, t)}</span>
  return (
    <Link to="/feed" search={{ q: data.query, post: id }} title={t.post.copiesHint}>
      {copiesText(data, t)}
    </Link>
  )
}
