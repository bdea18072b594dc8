// Before anything is drawn: the theme and the language that were chosen, so
// that a dark page never flashes white. A file of its own because the content
// security policy allows no script in the page.
;(() => {
  let scheme = 'auto'
  let language = ''
  try {
    scheme = localStorage.getItem('otklik.theme') || 'auto'
    language = localStorage.getItem('otklik.language') || ''
  } catch {
    // Storage may be forbidden; the defaults will do.
  }
  const dark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.mantineColorScheme = dark ? 'dark' : 'light'
  if (language) document.documentElement.lang = language
})()
