import { decodeIncidents, type IncidentsSearch } from './search'

export interface SavedView {
  name: string
  search: IncidentsSearch
}

const KEY = 'otklik.views'

/** Views that were saved on this machine; what is broken is left out. */
export function storedViews(): SavedView[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    if (!Array.isArray(all)) return []
    return all.flatMap((v: unknown) =>
      typeof v === 'object' &&
      v !== null &&
      'name' in v &&
      typeof v.name === 'string' &&
      'search' in v &&
      typeof v.search === 'object' &&
      v.search !== null
        ? [{ name: v.name.slice(0, 80), search: decodeIncidents(v.search as Record<string, unknown>) }]
        : [],
    )
  } catch {
    return []
  }
}

export function storeViews(views: SavedView[]): void {
  localStorage.setItem(KEY, JSON.stringify(views.slice(0, 50)))
}

/** Whether two searches ask for the same, however they are written. */
export function same(a: IncidentsSearch, b: IncidentsSearch): boolean {
  const plain = (s: IncidentsSearch) =>
    JSON.stringify(
      Object.entries(s)
        .filter(([k, v]) => v !== undefined && k !== 'view' && k !== 'cols')
        .sort(([x], [y]) => x.localeCompare(y)),
    )
  return plain(a) === plain(b)
}
