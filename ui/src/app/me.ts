import { useSuspenseQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { meQuery } from '@/api/queries'
import { type Me, saveLanguage } from '@/api/session'
import type { Action } from '@/api/types'
import { type Language, useSpeech } from '@/i18n'
import { languageChosen } from '@/i18n/language'

/** Who is signed in. Inside the shell there is always somebody. */
export function useMe(): Me & { may(a: Action): boolean } {
  const { data } = useSuspenseQuery(meQuery)
  return { ...data, may: a => mayDo(data, a) }
}

export const mayDo = (me: Me, a: Action): boolean => me.actions.includes(a)

/** Speaks another language, also on the person's other machines and in their mail. */
export function useChooseLanguage(): (l: Language) => void {
  const me = useMe()
  const { setLanguage } = useSpeech()
  return l => {
    setLanguage(l)
    if (me.language) saveLanguage(l).catch(() => {}) // on this machine it is chosen all the same
  }
}

/** Takes the person's own language where none was chosen on this machine. */
export function useOwnLanguage(): void {
  const { language: own } = useMe()
  const { language, setLanguage } = useSpeech()
  useEffect(() => {
    if (own && own !== language && !languageChosen()) setLanguage(own)
  }, [own, language, setLanguage])
}
