import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launch, shapes } from '../../scripts/browser.mjs'
import { eventually, type Person, Server, type Shape } from './server.ts'

/** Where pictures and logs of failed tests go. */
export const artefacts = process.env.OTKLIK_ARTEFACTS ?? fileURLToPath(new URL('../../artefacts', import.meta.url))

interface Window {
  width: number
  height: number
  colorScheme: string
  phone?: boolean
}

interface Opening {
  shape?: keyof typeof shapes
  language?: 'ru' | 'en'
  motion?: boolean
}

/** A page under test with what it said. */
interface Seen {
  page: Page
  console: string[]
  /** What no page may ever have: an error of its own, or something that its policy stopped. */
  complaints: string[]
}

/**
 * Stage is a server and a browser for the tests of one file. After every test
 * its windows are closed; none of them may have complained.
 */
export class Stage {
  private running: Server | undefined
  private browser: Browser | undefined
  private contexts: BrowserContext[] = []
  private seen: Seen[] = []

  get server(): Server {
    if (!this.running) throw new Error('the server is not started yet')
    return this.running
  }

  async begin(shape: Shape): Promise<void> {
    const [server, browser] = await Promise.all([Server.start(shape), launch()])
    this.running = server
    this.browser = browser
  }

  async end(): Promise<void> {
    await this.browser?.close()
    await this.running?.stop()
  }

  /** Opens a window of somebody's own, at a path. */
  async open(who: Pick<Person, 'cookie'> | undefined, path: string, o: Opening = {}): Promise<Page> {
    const shape: Window = shapes[o.shape ?? 'light']
    if (!this.browser) throw new Error('the browser is not started yet')
    const context = await this.browser.newContext({
      viewport: { width: shape.width, height: shape.height },
      colorScheme: shape.colorScheme === 'dark' ? 'dark' : 'light',
      reducedMotion: o.motion ? 'no-preference' : 'reduce',
      locale: 'ru-RU',
      timezoneId: 'Asia/Vladivostok',
      ...(shape.phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    })
    this.contexts.push(context)
    context.setDefaultTimeout(30_000)
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', e =>
        console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`),
      )
    })
    const language = o.language
    if (language)
      await context.addInitScript(l => {
        // A page that could not be loaded has no storage.
        if (location.protocol === 'http:') localStorage.setItem('otklik.language', l)
      }, language)
    if (who) {
      const [name = '', value = ''] = who.cookie.split('=')
      await context.addCookies([{ name, value, url: this.server.base }])
    }
    context.on('page', page => this.watch(page))
    const page = await context.newPage()
    await page.goto(this.server.base + path)
    await settled(page)
    return page
  }

  private watch(page: Page): void {
    const seen: Seen = { page, console: [], complaints: [] }
    this.seen.push(seen)
    page.on('console', m => {
      seen.console.push(`${m.type()}: ${m.text()}`)
      // An answer that is an error is the page's to show; Chromium says it besides.
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) seen.complaints.push(m.text())
    })
    page.on('pageerror', e => seen.complaints.push(e.stack ?? e.message))
    page.on('dialog', d => {
      // A test that leaves what is not saved means to; people are asked by the browser.
      if (d.type() === 'beforeunload') return d.accept().catch(() => {})
      seen.complaints.push(`dialog: ${d.message()}`)
      d.dismiss().catch(() => {})
    })
  }

  /** Takes what a page complained of for meant, and gives it. */
  forgive(page: Page): string[] {
    return this.seen.flatMap(s => (s.page === page ? s.complaints.splice(0) : []))
  }

  /** Keeps what helps to understand a failure. */
  async keep(name: string): Promise<void> {
    const dir = join(artefacts, 'failed', name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 100))
    mkdirSync(dir, { recursive: true })
    for (const [i, s] of this.seen.entries()) {
      await s.page.screenshot({ path: join(dir, `page-${i + 1}.png`), timeout: 5000 }).catch(() => {})
      writeFileSync(join(dir, `page-${i + 1}.txt`), `${s.page.url()}\n${s.console.join('\n')}\n`)
    }
    writeFileSync(join(dir, 'server.log'), this.running?.log ?? '')
  }

  /** Closes the windows and gives what they complained of. */
  async close(): Promise<string[]> {
    const complaints = this.seen.flatMap(s => s.complaints)
    await Promise.all(this.contexts.map(c => c.close()))
    this.contexts = []
    this.seen = []
    return complaints
  }
}

/** The stage of a file's tests; prepare puts on it what they have in common. */
export function setStage(prepare?: (s: Stage) => Promise<void>, shape: Shape = 'default'): Stage {
  const stage = new Stage()
  beforeAll(async () => {
    await stage.begin(shape)
    try {
      await prepare?.(stage)
    } catch (err) {
      await stage.keep('preparation')
      throw err
    }
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await stage.keep(task.name)
    expect(await stage.close(), 'what the windows complained of').toEqual([])
  })
  afterAll(() => stage.end())
  return stage
}

/** Waits until a page shows what it has, and not that it loads. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1, [role="alert"]').first().waitFor({ state: 'attached' })
  await eventually(async () => expect(await page.locator('.mantine-Skeleton-root').count(), 'loading').toBe(0))
}
