import { ActionIcon, Button, Skeleton, Tooltip } from '@mantine/core'
import { IconAlertCircle, IconExternalLink, IconLock, IconPointer, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { postQuery } from '@/api/queries'
import { type FoundPost, type PostView, severities } from '@/api/types'
import { useMe } from '@/app/me'
import { NetworkIcon, RegionName } from '@/components/Badges'
import { PostBody } from '@/components/PostBody'
import { Empty, ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import { safeLink } from '@/lib/links'
import { Copies } from './Copies'
import { History } from './History'
import css from './PostPane.module.css'

interface Props {
  id: string
  query: string
  /** As the list has it: shown until the whole is there. */
  known: FoundPost | undefined
  close(): void
  openIncident(): void
}

/** PostPane is a post opened beside the list. */
export function PostPane({ id, query, known, close, openIncident }: Props) {
  const t = useT()
  const me = useMe()
  const {
    data: post,
    error,
    refetch,
  } = useQuery({
    ...postQuery(id, query),
    placeholderData: known && { ...known, history: [] },
  })
  const link = safeLink(post?.url)
  const region = post?.regions?.[0]
  return (
    <aside className={css.pane} aria-label={t.post.title}>
      <header className={css.head}>
        {post && <NetworkIcon network={post.network} size={16} />}
        <h2 className={css.title}>{post ? post.channel || post.source : t.post.title}</h2>
        {link && (
          <Tooltip label={t.post.original}>
            <ActionIcon
              component="a"
              href={link}
              target="_blank"
              rel="noopener noreferrer nofollow ugc"
              aria-label={`${t.post.original}, ${t.common.newWindow}`}
            >
              <IconExternalLink size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        {me.may('triage') && !error && (
          <Button leftSection={<IconAlertCircle size={14} />} onClick={openIncident}>
            {t.post.openIncident}
          </Button>
        )}
        <ActionIcon className={css.close} onClick={close} aria-label={t.common.close}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      <div className={css.body}>
        {error ? (
          <ErrorState error={error} retry={refetch} />
        ) : !post ? (
          <div role="status" aria-label={t.common.loading}>
            {severities.map(s => (
              <Skeleton key={s} height={14} mb={10} />
            ))}
          </div>
        ) : (
          <article>
            {post.visibility === 'sealed' && (
              <p className={css.sealed}>
                <IconLock size={14} aria-hidden /> {t.post.sealed}
              </p>
            )}
            {post.deleted && <p className={css.gone}>{t.post.gone}</p>}
            <div className={css.meta}>
              <Time at={post.published} region={region} />
              {region && <RegionName code={region} />}
              <span>{t.types[post.type] ?? post.type}</span>
              {post.edited && <span>{t.feed.edited}</span>}
              <Copies id={id} />
            </div>
            <PostBody post={post} segments={post.segments} />
            {post.cut && <p className="o-dim">{t.post.cutText}</p>}
            <Facts post={post} />
            <History post={post} />
          </article>
        )}
      </div>
    </aside>
  )
}

/** NoPost stands in the pane's place where the screen has room for it always. */
export function NoPost() {
  const t = useT()
  return (
    <aside className={css.pane} aria-label={t.post.title}>
      <Empty
        title={t.feed.pick}
        hint={t.feed.pickHint}
        icon={<IconPointer size={22} className="o-dim" aria-hidden />}
      />
    </aside>
  )
}

function Facts({ post }: { post: PostView }) {
  const t = useT()
  const region = post.regions?.[0]
  return (
    <dl className={css.facts}>
      <dt>{t.post.source}</dt>
      <dd>
        <Link to="/feed" search={{ q: `source:${post.source}` }}>
          {t.post.sameSource}
        </Link>
      </dd>
      <dt>{t.post.observed}</dt>
      <dd>
        <Time at={post.observed} region={region} />, {t.origins[post.origin] ?? post.origin}
      </dd>
      {post.visibility !== 'public' && (
        <>
          <dt>{t.sources.visibility}</dt>
          <dd>{t.visibilities[post.visibility] ?? post.visibility}</dd>
        </>
      )}
      <dt>ID</dt>
      <dd className={css.id}>{post.id}</dd>
    </dl>
  )
}
