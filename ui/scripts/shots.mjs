// Takes pictures of every page of a running server, for people to look at:
//
//   node scripts/shots.mjs http://127.0.0.1:8080 [--token TOKEN | --login NAME --password PASSWORD]
//                          [--only feed,queue] [--shapes light,dark] [--language en] [--out DIR]
//
// They land in artefacts/ as page-shape.png.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const args = process.argv.slice(2)
const option = (name, other) => {
  const i = args.indexOf(`--${name}`)
  return i === -1 ? other : args[i + 1]
}
const base = args[0] ?? 'http://127.0.0.1:5173'
const out = option('out', fileURLToPath(new URL('../artefacts', import.meta.url)))
const only = option('only', '')?.split(',').filter(Boolean)
const wanted = option('shapes', 'light,dark').split(',')
const language = option('language', 'ru')
const token = option('token', process.env.OTKLIK_TOKEN)

const shapes = {
  light: { width: 1440, height: 900, colorScheme: 'light' },
  dark: { width: 1440, height: 900, colorScheme: 'dark' },
  small: { width: 1280, height: 720, colorScheme: 'light' },
  wide: { width: 2560, height: 1440, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light', phone: true },
  phonedark: { width: 390, height: 844, colorScheme: 'dark', phone: true },
}

// What to do on a page before its picture is taken.
const pages = [
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
  ['searches', '/searches'],
  ['rules', '/rules'],
  ['sources', '/sources'],
  ['agencies', '/agencies'],
  ['regions', '/regions'],
  ['people', '/people'],
  ['tokens', '/tokens'],
  ['profile', '/profile'],
  ['palette', '/queue', async page => page.keyboard.press('Control+k')],
  ['help', '/feed', async page => page.keyboard.press('Shift+Slash')],
]

async function openFirst(page) {
  await page.locator('a[href^="/incidents/"]').first().click()
  await page.waitForURL(/\/incidents\/\d+/)
}

mkdirSync(out, { recursive: true })
const browser = await chromium.launch({
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
let bad = 0
try {
  for (const name of wanted) {
    const shape = shapes[name]
    const context = await browser.newContext({
      viewport: { width: shape.width, height: shape.height },
      colorScheme: shape.colorScheme,
      reducedMotion: 'reduce',
      locale: language === 'en' ? 'en-GB' : 'ru-RU',
      timezoneId: 'Asia/Vladivostok',
      ...(shape.phone ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
      ...(token ? { extraHTTPHeaders: { Authorization: `Bearer ${token}` } } : {}),
    })
    await context.addInitScript(l => localStorage.setItem('otklik.language', l), language)
    const page = await context.newPage()
    if (option('login')) {
      await page.goto(`${base}/sign-in`)
      await page.fill('input[name="login"]', option('login'))
      await page.fill('input[name="password"]', option('password', ''))
      await page.locator('button[type="submit"]').click()
      await page.waitForURL(u => !u.pathname.startsWith('/sign-in'))
    }
    page.on('console', m => {
      if (m.type() !== 'error' || /Failed to load resource/.test(m.text())) return
      bad++
      console.error(`${name}: ${m.text()}`)
    })
    page.on('pageerror', e => {
      bad++
      console.error(`${name}: ${e.message}`)
    })
    for (const [title, path, act] of pages) {
      if (only?.length && !only.includes(title)) continue
      await page.goto(base + path)
      await page.waitForSelector('h1, [role="alert"]')
      await page
        .waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'), undefined, { timeout: 5000 })
        .catch(() => {})
      try {
        await act?.(page)
      } catch (err) {
        bad++
        console.error(`${title}-${name}: ${err.message.split('\n')[0]}`)
      }
      await page.waitForTimeout(400) // a picture is for eyes: let it settle
      await page.screenshot({ path: `${out}/${title}-${name}.png` })
    }
    await context.close()
  }
} finally {
  await browser.close()
}
console.log(`pictures are in ${out}${bad ? `; ${bad} errors in the console` : ''}`)
process.exit(bad ? 1 : 0)
