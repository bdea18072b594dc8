import type { SavedSearch } from '@/api/types'
import { useT } from '@/i18n'
import { author } from '@/i18n/author'
import css from './Rules.module.css'

/** SearchQuery is what a search looks for and whose it is, in one dim line. */
export function SearchQuery({ search: s }: { search: SavedSearch }) {
  const t = useT()
  const whole = `${s.query} · ${author(s.owner, t)}`
  return (
    <span className={css.query} title={whole}>
      <span className={css.words}>{s.query}</span> <span className={css.owner}>{author(s.owner, t)}</span>
    </span>
  )
}
