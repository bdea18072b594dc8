import type { Dictionary, Language } from '@/i18n'
import { span } from '@/lib/dates'
import type { QueryWord, Renewal } from './data'

/** What a word stands for, as one reads it: «сталь, стать»; of a word that nobody knows, how it is searched. */
export function meaningOf(w: QueryWord, t: Dictionary): { text: string; known: boolean } {
  if (w.exact) return { text: t.words.exact, known: false }
  const readings = w.readings ?? []
  if (readings.every(r => r.from === 'stem')) return { text: t.words.stem, known: false }
  return { text: readings.map(r => r.word).join(', '), known: true }
}

/** How far the index is, in one sentence. */
export function sayRenewal(r: Renewal, t: Dictionary, language: Language): string {
  const { glossary: g } = t
  switch (r.state) {
    case 'done':
      return g.renewed
    case 'waiting':
      return g.waiting
    case 'failed':
      return r.error ? `${g.failed} ${r.error}` : g.failed
    default: {
      const left = r.seconds_left > 0 ? g.left(span(r.seconds_left * 1000, language)) : ''
      const how =
        r.posts > 0 ? g.done(r.done, Math.max(r.posts, r.done)) : g.doneOf(r.done, r.buckets_done + 1, r.buckets)
      // Without a sum the time is that of the month at work alone.
      return r.posts > 0 && left ? `${how}, ${left}` : how
    }
  }
}

/** How much is done, 0 to 1; undefined where that is not known. */
export function shareOf(r: Renewal): number | undefined {
  if (r.state !== 'running') return undefined
  if (r.posts > 0) return Math.min(1, r.done / r.posts)
  return r.buckets > 0 ? r.buckets_done / r.buckets : undefined
}

/** Where a line begins and ends in a text; lines count from 1. */
export function lineAt(text: string, line: number): [from: number, to: number] {
  let from = 0
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', from)
    if (next < 0) break
    from = next + 1
  }
  const end = text.indexOf('\n', from)
  return [from, end < 0 ? text.length : end]
}

export const linesOf = (text: string): number => text.split('\n').length
