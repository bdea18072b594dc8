import { Button } from '@mantine/core'
import { IconAlertTriangle, IconMoodEmpty } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type ApiError, asApiError } from '@/api/errors'
import { type Dictionary, useT } from '@/i18n'
import css from './States.module.css'

/** What an error means and how to go on; the server's own words where it has some for people. */
export function explain(err: unknown, t: Dictionary): string {
  const e: ApiError = asApiError(err)
  const detail = e.problem.detail
  switch (true) {
    case e.status === 0:
      return t.errors.offline
    case e.status === 401:
      return t.errors.signedOut
    case e.status === 403:
      return t.errors.forbidden
    case e.status === 404:
      return `${t.errors.notHere}. ${t.errors.notFound}`
    case e.status === 409:
      return detail || t.errors.conflict
    case e.status === 422 || e.status === 400:
      return detail && !e.problem.errors?.length ? detail : t.errors.invalid
    case e.status === 429:
      return detail || t.errors.tooMany
    case e.status === 503:
      return detail || t.errors.busy
    default:
      return e.status >= 500 ? t.errors.server : detail || t.errors.title
  }
}

/** Everything that is wrong and has no field on the screen. */
export function explainAll(err: unknown, t: Dictionary, shown: string[] = []): string {
  const e = asApiError(err)
  const rest = Object.entries(e.fields).filter(([name]) => !shown.includes(name))
  const head = explain(err, t)
  return rest.length ? `${head} ${rest.map(([, message]) => message).join('. ')}` : head
}

interface ErrorProps {
  error: unknown
  retry?: (() => void) | undefined
  /** It stands for the whole page: its title is the page's. */
  page?: boolean
  /** Says that what was asked for isn't there. */
  missing?: string | undefined
  /** Where else one can go. */
  elsewhere?: ReactNode
}

/** ErrorState says what failed; asking again is offered where it can help. */
export function ErrorState({ error, retry, page, missing, elsewhere }: ErrorProps) {
  const t = useT()
  const Title = page ? 'h1' : 'strong'
  const e = asApiError(error)
  const gone = e.status === 404
  const Icon = gone ? IconMoodEmpty : IconAlertTriangle
  return (
    <div className={css.state} role="alert">
      <Icon size={22} className={gone ? css.calm : css.bad} aria-hidden />
      <Title className={css.title}>{gone ? (missing ?? t.errors.notHere) : t.errors.title}</Title>
      <span className="o-dim">{gone ? t.errors.notFound : explainAll(e, t)}</span>
      {retry && e.passing && (
        <Button variant="default" onClick={retry}>
          {t.common.retry}
        </Button>
      )}
      {elsewhere}
    </div>
  )
}

/** ToIncidents are the ways on from an incident that isn't there. */
export function ToIncidents() {
  const t = useT()
  return (
    <nav className={css.ways} aria-label={t.nav.work}>
      <Link to="/queue">{t.nav.queue}</Link>
      <Link to="/incidents">{t.nav.incidents}</Link>
    </nav>
  )
}

interface EmptyProps {
  title: string
  hint?: string
  children?: ReactNode
  icon?: ReactNode
  /** It stands for the whole page: its title is the page's. */
  page?: boolean
}

/** An empty state says what to do about it. */
export function Empty({ title, hint, children, icon, page }: EmptyProps) {
  const Title = page ? 'h1' : 'strong'
  return (
    <div className={css.state}>
      {icon ?? <IconMoodEmpty size={22} className={css.calm} aria-hidden />}
      <Title className={css.title}>{title}</Title>
      {hint && <span className="o-dim">{hint}</span>}
      {children}
    </div>
  )
}
