import type { List } from './types'

/** The longest page that lists by id give. */
export const MOST = 200

const PAGES = 50 // of MOST

/** everything reads a list to its end, within bounds. */
export async function everything<T>(page: (after: { after?: string }) => Promise<List<T>>): Promise<T[]> {
  const out: T[] = []
  let after = ''
  for (let i = 0; i < PAGES; i++) {
    const p = await page(after ? { after } : {})
    out.push(...(p.items ?? []))
    if (!p.next) break
    after = p.next
  }
  return out
}
