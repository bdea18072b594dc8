import { NBSP } from './typeset'

/** Numbers and plural forms of one language. */
export interface Counter {
  number(n: number): string
  /** "5 инцидентов": the figure and the word cannot be torn apart. */
  count(n: number, ...forms: string[]): string
  /** Only the word. */
  form(n: number, ...forms: string[]): string
}

const order: Record<string, Intl.LDMLPluralRule[]> = {
  ru: ['one', 'few', 'many'],
  en: ['one', 'other'],
}

/**
 * counter gives the numbers of a language. Forms are in the order one, few,
 * many in Russian and one, other in English.
 */
export function counter(language: 'ru' | 'en'): Counter {
  const rules = new Intl.PluralRules(language)
  const figures = new Intl.NumberFormat(language)
  const form = (n: number, ...forms: string[]) => {
    const names = order[language] ?? []
    const at = names.indexOf(rules.select(n))
    return forms[at === -1 ? forms.length - 1 : at] ?? forms[forms.length - 1] ?? ''
  }
  return {
    number: n => figures.format(n).replaceAll(/\s/g, NBSP),
    form,
    count: (n, ...forms) => figures.format(n).replaceAll(/\s/g, NBSP) + NBSP + form(n, ...forms),
  }
}
