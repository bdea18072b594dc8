import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { speak } from '@/api/client'
import { type Language, storedLanguage, storeLanguage } from './language'
import { type Counter, counter } from './plural'
import type { Dictionary } from './ru'
import { typesetAll } from './typeset'

export type { Dictionary, Language }

/** Only the language in use is loaded. */
export async function loadDictionary(language: Language): Promise<Dictionary> {
  if (language === 'en') return (await import('./en')).en
  return typesetAll((await import('./ru')).ru)
}

interface Speech {
  language: Language
  t: Dictionary
  numbers: Counter
  setLanguage(l: Language): void
}

const Context = createContext<Speech | null>(null)

interface Props {
  language: Language
  dictionary: Dictionary
  children: ReactNode
}

/** Speaks one language to everything below; the first one is loaded before. */
export function I18n({ language: first, dictionary, children }: Props) {
  const [spoken, setSpoken] = useState({ language: first, t: dictionary })
  useEffect(() => {
    document.documentElement.lang = spoken.language
    speak(spoken.language)
  }, [spoken.language])
  const speech = useMemo<Speech>(
    () => ({
      ...spoken,
      numbers: counter(spoken.language),
      setLanguage: language => {
        storeLanguage(language)
        speak(language)
        loadDictionary(language).then(t => setSpoken({ language, t }))
      },
    }),
    [spoken],
  )
  return <Context.Provider value={speech}>{children}</Context.Provider>
}

export function useSpeech(): Speech {
  const s = useContext(Context)
  if (!s) throw new Error('outside of I18n')
  return s
}

/** The dictionary of the reader's language. */
export const useT = (): Dictionary => useSpeech().t

export { storedLanguage }

/** The word for something that the server names; its own name where there is none. */
export const word = (names: Readonly<Record<string, string>>, name: string): string => names[name] ?? name
