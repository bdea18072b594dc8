import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { ApiError } from '@/api/errors'
import { Empty, ErrorState } from '@/components/States'
import { useT } from '@/i18n'

/** Broken is shown instead of a page that failed. */
export function Broken({ error, reset }: { error: unknown; reset?: () => void }) {
  const t = useT()
  if (error instanceof ApiError)
    return (
      <main>
        <ErrorState page error={error} retry={reset ?? (() => location.reload())} />
      </main>
    )
  // A part of an old build that the server has no more.
  const stale = error instanceof Error && /import|module|chunk/i.test(error.message)
  return (
    <main>
      <Empty page title={t.errors.title} hint={stale ? t.errors.newVersion : t.errors.broken}>
        <Button onClick={() => location.reload()}>{t.errors.reload}</Button>
      </Empty>
    </main>
  )
}

export function NotFound() {
  const t = useT()
  return (
    <main>
      <Empty page title={t.errors.pageNotFound} hint={t.errors.pageNotFoundHint}>
        <Link to="/">{t.product}</Link>
      </Empty>
    </main>
  )
}
