import { IconChevronRight } from '@tabler/icons-react'
import type { PostView } from '@/api/types'
import { Diff } from '@/components/Diff'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import css from './PostPane.module.css'

/** History shows how a post has changed since it was first read. */
export function History({ post }: { post: PostView }) {
  const t = useT()
  const all = post.history ?? []
  const region = post.regions?.[0]
  if (all.length < 2) return null
  const text = (i: number) => [all[i]?.post?.title, all[i]?.post?.text].filter(Boolean).join('\n\n')
  return (
    <section className={css.history} aria-label={t.post.history}>
      <h3>
        {t.post.history} <span className="o-dim">{t.count.revisions(all.length)}</span>
      </h3>
      {all
        .map((r, i) => ({ r, i }))
        .reverse()
        .map(({ r, i }) => (
          <details key={r.rev} open={i === all.length - 1 && i > 0}>
            <summary>
              <IconChevronRight size={12} aria-hidden /> {r.kind === 'deletion' ? t.post.gone : t.post.revision(i + 1)}{' '}
              · <Time at={r.observed} region={region} />
            </summary>
            {r.post && (
              <div className={css.revision}>{i > 0 ? <Diff before={text(i - 1)} after={text(i)} /> : text(i)}</div>
            )}
          </details>
        ))}
    </section>
  )
}
