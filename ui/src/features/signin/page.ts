import { signInPage } from '@/api/session'
import { useSpeech } from '@/i18n'

/** What can be known before anybody has signed in; the server says it in the reader's language. */
export function useSignInPage() {
  const { language } = useSpeech()
  return { queryKey: ['sign-in', language], queryFn: signInPage, retry: false, staleTime: 60_000 } as const
}
