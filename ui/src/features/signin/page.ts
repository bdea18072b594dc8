import { signInPage } from '@/api/session'
import { type Language, useSpeech } from '@/i18n'

/** What can be known before anybody has signed in; the server says it in the reader's language. */
export const signInPageQuery = (language: Language) =>
  ({ queryKey: ['sign-in', language], queryFn: signInPage, retry: false, staleTime: 60_000 }) as const

export const useSignInPage = () => signInPageQuery(useSpeech().language)

const KEY = 'otklik.been-in'

/**
 * Whether somebody has been signed in on this machine. Whether they still are,
 * only the server knows: no script may read the cookie.
 */
export function beenIn(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return true
  }
}

export function noteIn(): void {
  try {
    localStorage.setItem(KEY, '1')
  } catch {
    // Then the door is asked first again.
  }
}
