export interface Piece {
  text: string
  kind: 'same' | 'added' | 'removed'
}

const MOST = 2000 // words on a side; the table below is their product

/**
 * diff compares two texts word by word, or line by line, for a person who wants
 * to see what was changed. Texts too long for that come back as one removed and
 * one added.
 */
export function diff(before: string, after: string, by: 'words' | 'lines' = 'words'): Piece[] {
  if (before === after) return before ? [{ text: before, kind: 'same' }] : []
  const split = by === 'words' ? words : lines
  const a = split(before)
  const b = split(after)
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const out: Piece[] = []
  push(out, a.slice(0, head).join(''), 'same')
  middle(out, a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  push(out, a.slice(a.length - tail).join(''), 'same')
  return out
}

function words(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function push(out: Piece[], text: string, kind: Piece['kind']): void {
  if (!text) return
  const last = out[out.length - 1]
  if (last?.kind === kind) last.text += text
  else out.push({ text, kind })
}

// The longest common sequence of words, by the usual table.
function middle(out: Piece[], a: string[], b: string[]): void {
  if (a.length > MOST || b.length > MOST) {
    push(out, a.join(''), 'removed')
    push(out, b.join(''), 'added')
    return
  }
  const width = b.length + 1
  const best = new Uint16Array((a.length + 1) * width)
  const get = (i: number, j: number) => best[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] = a[i] === b[j] ? get(i + 1, j + 1) + 1 : Math.max(get(i + 1, j), get(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(out, a[i] ?? '', 'same')
      i++
      j++
    } else if (i < a.length && (j === b.length || get(i + 1, j) >= get(i, j + 1))) {
      push(out, a[i] ?? '', 'removed')
      i++
    } else {
      push(out, b[j] ?? '', 'added')
      j++
    }
  }
}
