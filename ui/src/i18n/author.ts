import type { Dictionary } from './ru'

/**
 * author is who did something, for people to read: what the product does by
 * itself has names of programs, and nobody's is Otklik's own.
 */
export function author(name: string | undefined, t: Dictionary): string {
  if (!name) return t.common.system
  return t.common.authors[name] ?? name
}
