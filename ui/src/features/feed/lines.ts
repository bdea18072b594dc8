import type { FoundPost } from '@/api/types'
import { excerpt, type Segment } from '@/lib/excerpt'

/** How rows are laid out: the wider the list, the fewer lines a row needs. */
export type Layout = 'phone' | 'stack' | 'columns' | 'line'

export const layoutOf = (width: number): Layout =>
  width < 560 ? 'phone' : width < 840 ? 'stack' : width < 1640 ? 'columns' : 'line'

// What Row.module.css says: what stands beside the text, how many lines of it
// are shown, and what a row takes besides them.
const shapes: Record<Layout, { beside: number; most: number; besides: number }> = {
  phone: { beside: 32, most: 3, besides: 32 },
  stack: { beside: 32, most: 2, besides: 32 },
  columns: { beside: 32 + 200 + 110 + 2 * 16, most: 2, besides: 13 },
  line: { beside: 32 + 230 + 190 + 110 + 3 * 16, most: 1, besides: 13 },
}
const LINE = 18 // px

/** What a row shows of a post: its title, then its text. */
export function line(p: FoundPost): Segment[] {
  const title: Segment[] = p.segments?.title ?? (p.title ? [{ text: p.title }] : [])
  const text: Segment[] = p.segments?.text ?? [{ text: p.text }]
  // Many feeds repeat the headline as the first words of the text.
  const repeated = p.title !== undefined && p.text.startsWith(p.title.slice(0, 200))
  return excerpt(title.length && !repeated ? [...title, { text: p.text ? ' — ' : '' }, ...text] : text)
}

interface Shown {
  segments: Segment[]
  width: number
}

/** Says what is shown of a post and how wide it is in one line. */
export type Reader = (p: FoundPost) => Shown

/** reader works out every post once. */
export function reader(measure: (text: string) => number): Reader {
  const known = new WeakMap<FoundPost, Shown>()
  return p => {
    let s = known.get(p)
    if (!s) {
      const segments = line(p)
      s = { segments, width: measure(segments.map(x => x.text).join('')) }
      known.set(p, s)
    }
    return s
  }
}

/** What a row says of a post below or beside its source; regions apart. */
export const flagged = (p: FoundPost): boolean =>
  !!(p.deleted || p.edited || p.forward || p.media?.length) || p.type !== 'post'

export interface Place {
  layout: Layout
  /** Of the list. */
  width: number
}

/** How many lines of text a row shows, and its height: known before it is drawn, so that a list of ten thousand need not be measured. */
export function rowOf(width: number, more: boolean, { layout, width: list }: Place): { lines: number; height: number } {
  const { beside, most, besides } = shapes[layout]
  const room = (list - beside) * 0.96 // words don't fill a line to its end
  const lines = Math.max(1, Math.min(most, Math.ceil(width / room)))
  // In columns the flags are a second line, whatever the text needs.
  return { lines, height: besides + LINE * (layout === 'columns' && more ? 2 : lines) }
}

/** Measures text as rows show it; without a canvas, by the number of letters. */
export function ruler(font: string): (text: string) => number {
  const context = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d')
  if (!context) return text => text.length * 7
  context.font = font
  return text => context.measureText(text).width
}
