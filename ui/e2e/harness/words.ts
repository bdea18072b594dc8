import { en } from '@/i18n/en'
import { ru as plain } from '@/i18n/ru'
import { typesetAll } from '@/i18n/typeset'

/** What the page says, as it shows it: with non-breaking spaces. */
export const ru = typesetAll(plain)
export { en }
