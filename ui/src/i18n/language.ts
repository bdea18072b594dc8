export type Language = 'ru' | 'en'

export const languages: { id: Language; name: string }[] = [
  { id: 'ru', name: 'Русский' },
  { id: 'en', name: 'English' },
]

const KEY = 'otklik.language'

/** The language that was chosen on this machine; Russian where none was. */
export function storedLanguage(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'ru'
  } catch {
    return 'ru'
  }
}

export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // Then it lasts until the page is left.
  }
}

/** Whether a language was chosen on this machine. */
export function languageChosen(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}
