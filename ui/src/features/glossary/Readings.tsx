import { Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useT } from '@/i18n'
import { type QueryWord, wordsQuery } from './data'
import css from './Readings.module.css'
import { meaningOf } from './words'

/** QueryWords says under the search box what the words of the query stand for. */
export function QueryWords({ query }: { query: string }) {
  const { data } = useQuery(wordsQuery(query))
  // Exact words mean what they are, and a word that means itself alone says nothing.
  const words = (data ?? []).filter(w => !w.exact && !w.readings?.every(r => r.from !== 'stem' && r.word === w.word))
  return words.length > 0 ? <Readings words={words} /> : null
}

/** Readings are words with what each stands for, as chips. */
export function Readings({ words }: { words: QueryWord[] }) {
  const t = useT()
  return (
    <ul className={css.words} aria-label={t.words.title}>
      {words.map(w => {
        const m = meaningOf(w, t)
        return (
          <li key={`${w.exact ? '!' : ''}${w.word}`}>
            <Tooltip
              label={m.known ? t.words.hint(w.word) : t.words.stemHint(w.word)}
              multiline
              maw={320}
              events={{ hover: true, focus: true, touch: true }}
            >
              <button type="button" className={css.word}>
                <span lang="ru">{w.word}:</span>{' '}
                <span lang={m.known ? 'ru' : undefined} className={m.known ? undefined : 'o-dim'}>
                  {m.text}
                </span>
              </button>
            </Tooltip>
          </li>
        )
      })}
    </ul>
  )
}
