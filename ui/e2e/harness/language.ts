import type { Page, Response } from 'playwright-core'

/**
 * Data is what a page was given to show: words of others, which may be in any
 * language. Whatever else it says is its own, and has to be in one.
 *
 * Taken for data are all strings of answers of the API, apart from what the
 * API says itself (problems) and from names that it has in both languages.
 */
export class Data {
  private strings = new Set<string>()
  private reading: Promise<void>[] = []

  constructor(page: Page) {
    page.on('response', r => {
      if (/\/api\/v1\//.test(r.url())) this.reading.push(this.take(r))
    })
  }

  /** Begins anew with what an address says. */
  begin(address: string): void {
    const asked = [...new URL(address, 'http://x').searchParams.values()]
    this.strings = new Set([...examples, ...asked, ...asked.flatMap(q => q.split(/[\s():]+/).filter(Boolean))])
    this.reading = []
  }

  private async take(r: Response): Promise<void> {
    const type = r.headers()['content-type'] ?? ''
    if (type.includes('problem')) return
    if (type.includes('json')) this.add(await r.json().catch(() => undefined))
  }

  private add(value: unknown, name = ''): void {
    if (typeof value === 'string') {
      if (value.trim()) this.strings.add(plain(value))
    } else if (Array.isArray(value)) for (const v of value) this.add(v, name)
    else if (typeof value === 'object' && value !== null)
      for (const [k, v] of Object.entries(value)) if (!('name_en' in value && k.startsWith('name'))) this.add(v, k)
  }

  /** What a person has typed is data too. */
  async typed(page: Page): Promise<void> {
    const values = await page
      .locator('input:not([type="password"]), textarea')
      .evaluateAll(fields => fields.map(f => (f as HTMLInputElement).value))
    this.add(values)
  }

  /** What remains of a text without what is data. */
  async own(text: string): Promise<string> {
    await Promise.all(this.reading)
    let rest = plain(text)
    const all = [...this.strings]
    if (all.some(s => s.includes(rest))) return ''
    for (const s of all.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(s, ' ')
    return rest
  }
}

const plain = (s: string) => s.replace(/[\s\u00a0]+/g, ' ').trim()

/** Every text of a page: what is seen, and what is read out. */
function texts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const own = document.documentElement.lang
    const found = new Set<string>([document.title])
    const walk = (e: Element) => {
      // What is marked as another language is meant so: examples of queries, the name of the other language.
      const lang = e.getAttribute('lang')
      if ((lang && lang !== own) || e.matches('script, style, noscript, textarea[aria-hidden="true"]')) return
      for (const a of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription'])
        if (e.getAttribute(a)) found.add(e.getAttribute(a) ?? '')
      for (const n of e.childNodes) {
        if (n.nodeType === Node.TEXT_NODE && n.textContent?.trim()) found.add(n.textContent)
        if (n instanceof Element) walk(n)
      }
    }
    walk(document.body)
    return [...found]
  })
}

// Posts are Russian, and so are the examples of queries.
const examples = ['отопление -реклама region:RU-PRI']

// What Russian has no other word for: names of things, the parts of a query,
// the beginning of an address, a line that the server prints.
const foreign =
  /\b(Telegram|RSS|API|ID|IP|QR|Ctrl|Enter|Esc|Shift|Google Authenticator|Postgres|Go|UTC|GMT|set up at|(net|source|region|since|until):[\w:,-]*|https:\/\/)/g
// Languages are called as they call themselves.
const languages = /English|Русский/g

/** The texts of a page that are in another language. */
export async function wrong(language: 'ru' | 'en', page: Page, data: Data): Promise<string[]> {
  const other = language === 'en' ? /\p{Script=Cyrillic}/u : /[A-Za-z]{2}/
  const out: string[] = []
  await data.typed(page)
  for (const text of await texts(page)) {
    if (!other.test(text)) continue
    if (!other.test(await data.own(text))) continue
    const own = await data.own(
      plain(text)
        .replace(language === 'ru' ? foreign : '', '')
        .replace(languages, ''),
    )
    if (other.test(own)) out.push(`${JSON.stringify(text)}: ${own.trim()}`)
  }
  return out
}
