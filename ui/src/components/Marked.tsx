import type { Segment } from '@/lib/excerpt'

/** Marked shows a text with what was found marked. Text only: never HTML. */
export function Marked({ segments }: { segments: Segment[] }) {
  return <>{segments.map((s, i) => (s.mark ? <mark key={i}>{s.text}</mark> : <span key={i}>{s.text}</span>))}</>
}
