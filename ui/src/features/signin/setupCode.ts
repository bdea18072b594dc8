import { useEffect, useState } from 'react'

/** The set-up code of an address like /setup#code=…, '' where there is none. */
export const codeOf = (hash: string) => new URLSearchParams(hash.replace(/^#/, '')).get('code')?.trim() ?? ''

/** The set-up code that the page was opened with. It does not stay in the address. */
export function useCodeOfAddress(): string {
  const [code] = useState(() => codeOf(window.location.hash))
  useEffect(() => {
    if (code) window.history.replaceState(window.history.state, '', window.location.pathname)
  }, [code])
  return code
}
