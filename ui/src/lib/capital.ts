/** capital begins a text with a capital letter. */
export const capital = (s: string): string => s.charAt(0).toLocaleUpperCase('ru') + s.slice(1)
