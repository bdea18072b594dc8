const plain = (s: string) => s.toLowerCase().replaceAll('ё', 'е')

/** found says whether every word of what was typed stands in a text; ё is е. */
export function found(text: string, typed: string): boolean {
  const here = plain(text)
  return plain(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every(w => here.includes(w))
}
