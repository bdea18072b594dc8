import { type MouseEvent, memo } from 'react'
import type { FoundPost } from '@/api/types'
import { NetworkIcon } from '@/components/Badges'
import { Marked } from '@/components/Marked'
import { useOneRegion, useRegionName } from '@/components/Regions'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import type { Segment } from '@/lib/excerpt'
import css from './Row.module.css'

interface Props {
  post: FoundPost
  index: number
  active: boolean
  fresh: boolean
  top: number
  height: number
  lines: number
  segments: Segment[]
  /** Of the post opened beside the list. */
  href: string
  onFocus(i: number): void
  onOpen(id: string): void
}

export const Row = memo(function Row(props: Props) {
  const { post, index, active, fresh, top, height, lines, segments, href, onFocus, onOpen } = props
  const t = useT()
  const regionName = useRegionName()
  const oneRegion = useOneRegion()
  const region = post.regions?.[0]
  // A link of the router watches the address: a hundred of them make every key slow.
  const open = (e: MouseEvent) => {
    if (e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    onOpen(post.id)
  }
  return (
    <div role="listitem" className={css.place} style={{ transform: `translateY(${top}px)`, height }}>
      <a
        href={href}
        onClick={open}
        className={css.row}
        data-active={active || undefined}
        data-fresh={fresh || undefined}
        data-gone={post.deleted || undefined}
        data-row={index}
        aria-current={active || undefined}
        onFocus={() => onFocus(index)}
        draggable={false}
      >
        <span className={css.from}>
          <NetworkIcon network={post.network} />
          <span className={css.channel}>{post.channel || post.author?.name || post.source}</span>
        </span>
        <span className={css.flags}>
          {post.deleted && <span className={css.gone}>{t.feed.deleted}</span>}
          {post.edited && <span>{t.feed.edited}</span>}
          {post.type !== 'post' && <span>{t.types[post.type] ?? post.type}</span>}
          {post.forward && <span>{t.feed.forward(post.forward.name)}</span>}
          {region && !oneRegion && <span>{regionName(region)}</span>}
          {post.media && post.media.length > 0 && <span>{t.count.files(post.media.length)}</span>}
        </span>
        <span className={css.time}>
          <Time at={post.published} region={region} short recent />
        </span>
        <span className={css.text} lang="ru" style={{ WebkitLineClamp: lines }}>
          {post.text || post.title ? <Marked segments={segments} /> : <span className="o-dim">{t.post.noText}</span>}
        </span>
      </a>
    </div>
  )
})
