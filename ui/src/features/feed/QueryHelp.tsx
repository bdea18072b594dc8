import type { Dictionary } from '@/i18n'
import { useT } from '@/i18n'
import css from './QueryHelp.module.css'

// The posts are Russian, so the examples are in every language of the page.
const examples: [keyof Dictionary['query']['rows'], string][] = [
  ['word', 'яма'],
  ['exact', '!ямы'],
  ['phrase', '«нет отопления»'],
  ['any', 'яма | выбоина'],
  ['not', 'снег -лыжи'],
  ['group', '(школа | сад) холодно'],
  ['network', 'net:telegram,vk'],
  ['region', 'region:RU-PRI'],
  ['source', 'source:telegram:100123'],
  ['since', 'since:2026-11-01'],
  ['until', 'until:2026-11-30'],
]

/** QueryHelp is the search language on one card; a click puts an example into the box. */
export function QueryHelp({ use }: { use(q: string): void }) {
  const t = useT()
  return (
    <section aria-label={t.query.title}>
      <h2 className={css.title}>{t.query.title}</h2>
      <table className={css.table}>
        <tbody>
          {examples.map(([name, text]) => (
            <tr key={name}>
              <td>
                <button type="button" className={css.example} lang="ru" onClick={() => use(text)}>
                  {text}
                </button>
              </td>
              <td>{t.query.rows[name]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
