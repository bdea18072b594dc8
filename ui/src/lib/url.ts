/**
 * The address is the state: what a person has filtered, sorted and opened
 * stands in it, short and readable, so that a link says it all.
 *
 * Every value is plain text; lists are joined with commas. Pages decode what
 * they know and drop the rest.
 */
export type Search = Record<string, unknown>

/** stringifySearch makes ?a=b&c=1,2; what is empty is left out. */
export function stringifySearch(search: Search): string {
  const parts: string[] = []
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '' || value === false) continue
    if (Array.isArray(value) && value.length === 0) continue
    const text = Array.isArray(value) ? value.map(v => String(v)).join(',') : String(value)
    // Colons, commas and slashes may stand in a query as they are.
    parts.push(
      `${encodeURIComponent(key)}=${encodeURIComponent(text).replace(/%(2C|3A|2F|20)/g, (_, c) => (c === '20' ? '+' : decodeURIComponent(`%${c}`)))}`,
    )
  }
  return parts.length ? `?${parts.join('&')}` : ''
}

/** parseSearch is its opposite; values stay text. The first of two equal keys counts. */
export function parseSearch(text: string): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [key, value] of new URLSearchParams(text.startsWith('?') ? text.slice(1) : text)) {
    if (!(key in out)) out[key] = value
  }
  return out
}

/** One text, at most so long. */
export function one(value: unknown, most = 12000): string | undefined {
  const s = typeof value === 'number' ? String(value) : value
  return typeof s === 'string' && s !== '' && s.length <= most ? s : undefined
}

/** One of few texts. */
export function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find(k => k === value)
}

/** Texts that are known, each once. */
export function someOf<T extends string>(value: unknown, known: readonly T[]): T[] | undefined {
  const all = texts(value)?.filter((v): v is T => (known as readonly string[]).includes(v))
  return all?.length ? all : undefined
}

/** A list of texts, each once, at most 100. */
export function texts(value: unknown): string[] | undefined {
  const raw = Array.isArray(value) ? value.map(String) : typeof value === 'string' ? value.split(',') : []
  const all = [...new Set(raw.map(v => v.trim()).filter(v => v !== '' && v.length <= 100))].slice(0, 100)
  return all.length ? all : undefined
}

/** A positive whole number. */
export function id(value: unknown): number | undefined {
  const n =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : 0
  return Number.isSafeInteger(n) && n > 0 ? n : undefined
}

/** A list of positive whole numbers. */
export function ids(value: unknown): number[] | undefined {
  const raw = Array.isArray(value)
    ? value
    : typeof value === 'string'
      ? value.split(',')
      : typeof value === 'number'
        ? [value]
        : []
  const all = [...new Set(raw.map(id).filter((n): n is number => n !== undefined))].slice(0, 100)
  return all.length ? all : undefined
}

/** Set or not. */
export function flag(value: unknown): true | undefined {
  return value === true || value === 'true' || value === '1' ? true : undefined
}

/** A day, as 2026-11-24. */
export function day(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? value
    : undefined
}
