export interface Segment {
  text: string
  mark?: boolean
}

/**
 * excerpt gives what a row shows of a text: one line without line breaks,
 * beginning near the first thing that was found when that lies far inside.
 */
export function excerpt(segments: Segment[], most = 400, before = 60): Segment[] {
  const flat = segments.map(s => ({ text: s.text.replace(/\s+/g, ' '), mark: s.mark ?? false }))
  let at = 0
  let first = -1
  for (const s of flat) {
    if (s.mark) {
      first = at
      break
    }
    at += s.text.length
  }
  let skip = first > 160 ? first - before : 0
  let left = most
  const out: Segment[] = []
  for (const s of flat) {
    if (left <= 0) break
    let text = s.text
    if (skip >= text.length) {
      skip -= text.length
      continue
    }
    if (skip > 0) {
      // Begin at a word, where one begins soon.
      const space = text.indexOf(' ', skip)
      text = `…${text.slice(space !== -1 && space - skip < 20 ? space + 1 : skip)}`
      skip = 0
    }
    if (text.length > left) text = `${text.slice(0, left).replace(/[\uD800-\uDBFF]$/, '')}…`
    left -= text.length
    out.push(s.mark ? { text, mark: true } : { text })
  }
  return out
}
