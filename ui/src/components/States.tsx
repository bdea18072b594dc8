import { Button } from '@mantine/core'
import { IconAlertTriangle, IconMoodEmpty } from '@tabler/icons-react'
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
      return t.errors.notFound
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
}

export function ErrorState({ error, retry, page }: ErrorProps) {
  const t = useT()
  const Title = page ? 'h1' : 'strong'
  return (
    <div className={css.state} role="alert">
      <IconAlertTriangle size={22} className={css.bad} aria-hidden />
      <Title className={css.title}>{t.errors.title}</Title>
      <span className="o-dim">{explainAll(error, t)}</span>
      {retry && (
        <Button variant="default" onClick={retry}>
          {t.common.retry}
        </Button>
      )}
    </div>
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
