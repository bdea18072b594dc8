/**
 * Small changes to a query that buttons make: they write what a person could
 * have typed, and never hide anything from the box.
 */

/** field gives the value of a field that stands in the query outside quotes, or ''. */
export function field(query: string, name: string): string {
  for (const token of tokens(query)) {
    if (token.toLowerCase().startsWith(`${name}:`)) return token.slice(name.length + 1)
  }
  return ''
}

/** The days that a query is bounded by, wherever they stand in it: the last since: and the first until:. */
export function daysOf(query: string): { since?: string; until?: string } {
  const out: { since?: string; until?: string } = {}
  // What stands in quotes and brackets are words.
  for (const [, name, day] of query
    .replace(/"[^"]*"?|«[^»]*»?|\[[^\]]*\]?/g, ' ')
    .matchAll(/(?<=^|[\s(|-])(since|until):(\d{4}-\d{2}-\d{2})/gi)) {
    if (!name || !day) continue
    if (name.toLowerCase() === 'until') out.until = out.until && out.until < day ? out.until : day
    else out.since = out.since && out.since > day ? out.since : day
  }
  return out
}

/**
 * withField sets a field, or takes it out where the value is ''. Alternatives
 * get parentheses: "a | b since:…" would bound only b.
 */
export function withField(query: string, name: string, value: string): string {
  const rest = tokens(query)
    .filter(t => !t.toLowerCase().startsWith(`${name}:`))
    .join(' ')
  if (!value) return rest
  return [hasAlternatives(rest) ? `(${rest})` : rest, `${name}:${value}`].filter(Boolean).join(' ')
}

/** hasAlternatives says whether a query has a | outside of quotes and brackets. */
function hasAlternatives(query: string): boolean {
  for (const [c, outside] of walk(query)) if (c === '|' && outside) return true
  return false
}

/** walk gives the characters of a query, and whether each is outside of quotes, brackets and parentheses. */
function* walk(query: string): Generator<[c: string, outside: boolean]> {
  let quote = ''
  let depth = 0
  for (const c of query) {
    if (quote) {
      if (c === quote) quote = ''
    } else if (c === '"') quote = '"'
    else if (c === '«') quote = '»'
    else if (c === '(' || c === '[') depth++
    else if ((c === ')' || c === ']') && depth > 0) depth--
    yield [c, !quote && depth === 0]
  }
}

/** tokens cuts at spaces, but keeps quotes, brackets and parentheses whole. */
export function tokens(query: string): string[] {
  const out: string[] = []
  let current = ''
  for (const [c, outside] of walk(query)) {
    if (/\s/.test(c) && outside) {
      if (current) out.push(current)
      current = ''
    } else current += c
  }
  if (current) out.push(current)
  return out
}

/** A place in a query where something is wrong, in UTF-16 units. */
export interface Fault {
  start: number
  end: number
  message: string
}

/**
 * faultsOf turns offsets in characters, as the API counts them, into those of
 * JavaScript, where an emoji is two. A fault without length gets the character
 * at its place, or the last one.
 */
export function faultsOf(query: string, errors: { message: string; offset?: number; length?: number }[]): Fault[] {
  const starts: number[] = []
  let at = 0
  for (const c of query) {
    starts.push(at)
    at += c.length
  }
  starts.push(at)
  const place = (n: number) => starts[Math.max(0, Math.min(n, starts.length - 1))] ?? at
  return errors.map(e => {
    const from = e.offset ?? 0
    let start = place(from)
    let end = place(from + Math.max(1, e.length ?? 1))
    if (start === end && starts.length > 1) {
      start = place(starts.length - 2)
      end = at
    }
    return { start, end, message: e.message }
  })
}

/** slices cuts a query at its faults, for the layer that underlines them. */
export function slices(query: string, faults: Fault[]): { text: string; bad: boolean }[] {
  const out: { text: string; bad: boolean }[] = []
  let at = 0
  for (const f of [...faults].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, f.start)
    if (f.end <= start) continue
    if (start > at) out.push({ text: query.slice(at, start), bad: false })
    out.push({ text: query.slice(start, f.end), bad: true })
    at = f.end
  }
  if (at < query.length) out.push({ text: query.slice(at), bad: false })
  return out
}
