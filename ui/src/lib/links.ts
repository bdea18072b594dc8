/**
 * safeLink gives an address that may stand in href: absolute http(s) only, so
 * that what a post, a person or a source typed never runs as script.
 * undefined for everything else.
 */
export function safeLink(address: string | null | undefined): string | undefined {
  if (!address) return undefined
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  if (url.username || url.password) return undefined // https://bank.ru@evil.example reads as the bank
  return url.href
}

/** shortAddress is how a link reads: host and a bit of the path. */
export function shortAddress(address: string, most = 60): string {
  try {
    const url = new URL(address)
    let path = url.pathname + url.search
    try {
      path = decodeURI(path)
    } catch {
      // A broken escape stays as it is.
    }
    const s = url.host.replace(/^www\./, '') + (path === '/' ? '' : path)
    return s.length > most ? `${s.slice(0, most - 1)}…` : s
  } catch {
    return address.slice(0, most)
  }
}
