import { useMemo } from 'react'
import { diff } from '@/lib/diff'
import css from './Diff.module.css'

/** Diff shows what was taken out of a text and what was added. */
export function Diff({ before, after, by }: { before: string; after: string; by?: 'words' | 'lines' }) {
  const pieces = useMemo(() => diff(before, after, by), [before, after, by])
  return (
    <span className={css.diff}>
      {pieces.map((p, i) =>
        p.kind === 'added' ? (
          <ins key={i}>{p.text}</ins>
        ) : p.kind === 'removed' ? (
          <del key={i}>{p.text}</del>
        ) : (
          <span key={i}>{p.text}</span>
        ),
      )}
    </span>
  )
}

/** DiffLegend says what a difference shows how. */
export function DiffLegend({ removed, added }: { removed: string; added: string }) {
  return (
    <p className={css.legend}>
      <del>{removed}</del> <ins>{added}</ins>
    </p>
  )
}
