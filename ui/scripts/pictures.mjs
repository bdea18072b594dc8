// Remakes the README's pictures: starts the product with the demonstration,
// peoples it, photographs it, stops it. Everything on them is invented.
//
//   node scripts/pictures.mjs [--binary PATH] [--out DIR]     # or: make screenshots
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, open, options } from './browser.mjs'
import { start } from './product.mjs'
import { password, stage } from './stage.mjs'

const MOST = 250 * 1024 // bytes of a picture: people read the README on phones

const settled = async page => {
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'))
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(500)
}

// A name, whose page, in which window, where, and what is done there.
const pictures = [
  [
    'feed',
    'kim',
    'light',
    '/feed?q=отопление | батареи | теплотрасса',
    async page => {
      await page.locator('[data-row]', { hasText: 'холодные батареи' }).first().click()
      await page.waitForSelector('aside article')
    },
  ],
  ['incident', 'lebedev', 'light', '/incidents/1', async page => page.waitForSelector('#timeline')],
  ['board', 'kim', 'dark', '/incidents?view=board', async page => page.waitForSelector('[data-number]')],
  ['phone-queue', 'belov', 'phone', '/queue', async page => page.waitForSelector('[data-number]')],
  ['phone-answer', 'belov', 'phone', '/incidents/2', async page => page.waitForSelector('#answer')],
]

const o = options(process.argv)
const out = o.option('out', fileURLToPath(new URL('../../docs/pictures', import.meta.url)))
mkdirSync(out, { recursive: true })
const product = await start(o.option('binary'))
let browser
try {
  await stage(product.base)
  browser = await launch()
  for (const [name, login, shape, path, act] of pictures) {
    const { context, page } = await open(browser, shape, { ...o, ...product, login, password, scale: 2 })
    await page.goto(product.base + path)
    await act(page)
    await page.mouse.move(0, 0)
    await settled(page)
    writeFileSync(`${out}/${name}.webp`, await webp(context, page))
    console.log(`${name}.webp, ${Math.round(statSync(`${out}/${name}.webp`).size / 1024)} KB`)
    await context.close()
  }
} finally {
  await browser?.close()
  await product.stop()
}

/** As good as it can be within what a picture may weigh. */
async function webp(context, page) {
  const cdp = await context.newCDPSession(page)
  for (let quality = 92; quality > 40; quality -= 6) {
    const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality })
    const picture = Buffer.from(data, 'base64')
    if (picture.length <= MOST) return picture
  }
  throw new Error('a picture is too large')
}
