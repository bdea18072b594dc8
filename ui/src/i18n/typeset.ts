export const NBSP = '\u00a0'

const particle = '(?:бы|ли|же|ж|б)'
const shortWord = new RegExp(
  `(?<=^|[\\s(«„"])(?!${particle}\\s)([а-яёa-z]{1,2}|№|§|без|для|при|под|над|про|или) (?=\\S)`,
  'gi',
)

/**
 * typeset puts non-breaking spaces where Russian typography asks for them:
 * after short prepositions and conjunctions, before a dash, before particles,
 * and between a figure and its word.
 */
export function typeset(text: string): string {
  return text
    .replace(shortWord, `$1${NBSP}`)
    .replace(/ ([—–])/g, `${NBSP}$1`)
    .replace(new RegExp(` (${particle})(?=[\\s.,!?;:)»]|$)`, 'g'), `${NBSP}$1`)
    .replace(/(\d) (?=[\p{L}%₽°])/gu, `$1${NBSP}`)
}

/** typesetAll does the same for a whole dictionary, functions included. */
export function typesetAll<T>(value: T): T {
  if (typeof value === 'string') return typeset(value) as T
  if (typeof value === 'function') {
    const f = value as unknown as (...args: unknown[]) => unknown
    return ((...args: unknown[]) => typesetAll(f(...args))) as T
  }
  if (Array.isArray(value)) return value.map(typesetAll) as T
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, typesetAll(v)])) as T
  }
  return value
}
