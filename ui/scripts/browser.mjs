// What the scripts that drive Chromium share: the browser, the shapes of its
// window, signing in.
import { chromium } from 'playwright-core'

export { pages, visit } from './pages.mjs'

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
    login: option('login'),
    password: option('password', ''),
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
    deviceScaleFactor: o.scale ?? (shape.phone ? 2 : 1),
    ...(shape.phone ? { isMobile: true, hasTouch: true } : {}),
    ...(o.token ? { extraHTTPHeaders: { Authorization: `Bearer ${o.token}` } } : {}),
  })
  await context.addInitScript(l => localStorage.setItem('otklik.language', l), o.language)
  // A token needs no set-up; the page would go there first while nobody has signed in.
  if (o.token) await context.addInitScript(() => localStorage.setItem('otklik.been-in', '1'))
  const page = await context.newPage()
  if (o.login) {
    await page.goto(`${o.base}/sign-in`)
    await page.fill('input[name="login"]', o.login)
    await page.fill('input[name="password"]', o.password)
    await page.locator('button[type="submit"]').click()
    await page.waitForURL(u => !u.pathname.startsWith('/sign-in'))
  }
  return { context, page }
}

export const shapes = {
  light: { width: 1440, height: 900, colorScheme: 'light' },
  dark: { width: 1440, height: 900, colorScheme: 'dark' },
  small: { width: 1280, height: 720, colorScheme: 'light' },
  full: { width: 1920, height: 1080, colorScheme: 'light' },
  fulldark: { width: 1920, height: 1080, colorScheme: 'dark' },
  wide: { width: 2560, height: 1440, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light', phone: true },
  phonedark: { width: 390, height: 844, colorScheme: 'dark', phone: true },
}
