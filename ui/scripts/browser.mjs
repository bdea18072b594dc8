// What the scripts that drive Chromium share: the browser, the shapes of its
// window, and every page with what to do on it before it is looked at.
import { chromium } from 'playwright-core'

export function options(argv) {
  const args = argv.slice(2)
  const option = (name, other) => {
    const i = args.indexOf(`--${name}`)
    return i === -1 ? other : args[i + 1]
  }
  return {
    base: args[0]?.startsWith('http') ? args[0].replace(/\/$/, '') : 'http://127.0.0.1:5173',
    option,
    only: option('only', '').split(',').filter(Boolean),
    shapes: option('shapes', 'light,dark').split(','),
    language: option('language', 'ru'),
    token: option('token', process.env.OTKLIK_TOKEN),
  }
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** A window of a shape, signed in by token or by name and password where those are given. */
export async function open(browser, name, o) {
  const shape = shapes[name]
  if (!shape) throw new Error(`no shape ${name}; there are ${Object.keys(shapes)}`)
  const context = await browser.newContext({
    viewport: { width: shape.width, height: shape.height },
    colorScheme: shape.colorScheme,
    reducedMotion: 'reduce',
    locale: o.language === 'en' ? 'en-GB' : 'ru-RU',
    timezoneId: 'Asia/Vladivostok',
    ...(shape.phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
    ...(o.token ? { extraHTTPHeaders: { Authorization: `Bearer ${o.token}` } } : {}),
  })
  await context.addInitScript(l => localStorage.setItem('otklik.language', l), o.language)
  const page = await context.newPage()
  if (o.option('login')) {
    await page.goto(`${o.base}/sign-in`)
    await page.fill('input[name="login"]', o.option('login'))
    await page.fill('input[name="password"]', o.option('password', ''))
    await page.locator('button[type="submit"]').click()
    await page.waitForURL(u => !u.pathname.startsWith('/sign-in'))
  }
  return { context, page }
}

/** Goes to a page, waits until it has what it shows, and does what belongs to it. */
export async function visit(page, base, [, path, act]) {
  await page.goto(base + path)
  await page.waitForSelector('h1, [role="alert"]', { state: 'attached' })
  await page
    .waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'), undefined, { timeout: 5000 })
    .catch(() => {})
  await act?.(page)
}

export const shapes = {
  light: { width: 1440, height: 900, colorScheme: 'light' },
  dark: { width: 1440, height: 900, colorScheme: 'dark' },
  small: { width: 1280, height: 720, colorScheme: 'light' },
  wide: { width: 2560, height: 1440, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light', phone: true },
  phonedark: { width: 390, height: 844, colorScheme: 'dark', phone: true },
}

// What to do on a page before its picture is taken.
export const pages = [
  ['sign-in', '/sign-in'],
  ['setup', '/setup'],
  ['about', '/about'],
  ['queue', '/queue'],
  ['feed', '/feed'],
  ['feed-search', '/feed?q=отопление'],
  ['feed-post', '/feed?q=отопление', async page => page.locator('[data-row="1"]').click()],
  ['feed-error', '/feed?q=(яма nnet:telegram'],
  ['incidents', '/incidents'],
  ['board', '/incidents?view=board'],
  ['incident', '/incidents', openFirst],
  [
    'assign',
    '/incidents?state=triage',
    async page => {
      await openFirst(page)
      await page.keyboard.press('a')
      await page.waitForSelector('[role="dialog"]')
    },
  ],
  ['searches', '/searches'],
  ['search-new', '/searches', press('c')],
  ['rules', '/rules'],
  ['rule-new', '/rules', press('c')],
  ['sources', '/sources'],
  ['source-new', '/sources', press('c')],
  ['agencies', '/agencies'],
  ['regions', '/regions'],
  ['people', '/people'],
  ['person-new', '/people', press('c')],
  ['tokens', '/tokens'],
  ['profile', '/profile'],
  ['palette', '/queue', press('Control+k')],
  ['help', '/feed', press('Shift+Slash')],
]

function press(key) {
  return async page => {
    await page.keyboard.press(key)
    await page.waitForSelector('[role="dialog"]')
  }
}

async function openFirst(page) {
  await page.locator('main a[href^="/incidents/"]').first().click()
  await page.waitForURL(/\/incidents\/\d+/)
  await page.waitForSelector('#timeline')
}
