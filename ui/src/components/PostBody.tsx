import { IconFile, IconMapPin, IconMicrophone, IconPhoto, IconPlayerPlay, IconQuote } from '@tabler/icons-react'
import { useState } from 'react'
import type { Evidence, FoundPost, Media } from '@/api/types'
import { useSpeech, useT } from '@/i18n'
import { safeLink } from '@/lib/links'
import { Outside } from './Link'
import { Marked } from './Marked'
import css from './PostBody.module.css'

type Body = NonNullable<Evidence['body']>

/** PostBody is what a post says: text, attachments, links, figures. */
export function PostBody({ post, segments }: { post: Body; segments?: FoundPost['segments'] | undefined }) {
  const t = useT()
  const title = segments?.title ?? (post.title ? [{ text: post.title }] : [])
  const text = segments?.text ?? (post.text ? [{ text: post.text }] : [])
  const links = (post.links ?? []).slice(0, 50)
  return (
    <div className={css.body}>
      {post.forward && (
        <p className={css.forward}>
          <IconQuote size={14} aria-hidden />{' '}
          {safeLink(post.forward.url) ? (
            <Outside to={post.forward.url}>{t.feed.forward(post.forward.name)}</Outside>
          ) : (
            t.feed.forward(post.forward.name)
          )}
        </p>
      )}
      {title.length > 0 && (
        <h3 className={css.title} lang="ru">
          <Marked segments={title} />
        </h3>
      )}
      {text.length > 0 ? (
        <div className={css.text} lang="ru">
          <Marked segments={text} />
        </div>
      ) : (
        !title.length && <p className="o-dim">{t.post.noText}</p>
      )}
      {post.media && post.media.length > 0 && <Attachments media={post.media} link={post.url} />}
      {links.length > 0 && (
        <ul className={css.links} aria-label={t.post.links}>
          {links.map((l, i) => (
            <li key={i}>
              <Outside to={l} />
            </li>
          ))}
        </ul>
      )}
      <Figures post={post} />
    </div>
  )
}

const icons: Record<string, typeof IconPhoto> = {
  photo: IconPhoto,
  video: IconPlayerPlay,
  voice: IconMicrophone,
  audio: IconMicrophone,
  location: IconMapPin,
}

function Attachments({ media, link }: { media: Media[]; link?: string | undefined }) {
  const t = useT()
  return (
    <ul className={css.media} aria-label={t.post.media}>
      {media.slice(0, 20).map((m, i) => (
        <li key={i}>
          <Attachment media={m} link={link} />
        </li>
      ))}
    </ul>
  )
}

/** A picture is shown where it still can be had; anything else is a tile that leads to the original. */
function Attachment({ media, link }: { media: Media; link?: string | undefined }) {
  const t = useT()
  const [gone, setGone] = useState(false)
  const name = media.title || (t.media[media.kind] ?? media.kind)
  const src = safeLink(media.url)
  const href = safeLink(link) ?? src
  const picture = src && !gone && (media.kind === 'photo' || media.kind === 'video' || media.kind === 'sticker')
  const Icon = icons[media.kind] ?? IconFile
  const inner = (
    <>
      {picture ? (
        <img src={src} alt={name} loading="lazy" referrerPolicy="no-referrer" onError={() => setGone(true)} />
      ) : (
        <Icon size={18} aria-hidden />
      )}
      {!(picture && media.kind === 'photo') && <span>{name}</span>}
    </>
  )
  return href ? (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow ugc"
      className={css.tile}
      data-picture={picture ? true : undefined}
    >
      {inner}
    </a>
  ) : (
    <span className={css.tile}>{inner}</span>
  )
}

function Figures({ post }: { post: Body }) {
  const { t } = useSpeech()
  const shown = (['views', 'comments', 'reposts', 'likes'] as const).flatMap(name => {
    const c = post.counters?.[name]
    // "37.2K" is no exact figure: say so.
    return c ? [`${c.step > 1 ? '≈ ' : ''}${t.count[name](c.value)}`] : []
  })
  return shown.length > 0 ? (
    <p className={css.figures} title={t.post.counters}>
      {shown.join(' · ')}
    </p>
  ) : null
}
