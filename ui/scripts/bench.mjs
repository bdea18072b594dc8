// Measures the page of a running server with Chromium's own figures: what a
// first visit loads, and how long keys and clicks take with many posts in the
// feed. Takes the options of shots.mjs, and --rows N (10000).
//
// Prints one line a figure: name, value, unit, limit.
import { launch, open, options } from './browser.mjs'

const o = options(process.argv)
const rows = Number(o.option('rows', '10000'))
const browser = await launch()
const results = []
const result = (name, value, unit, limit) => results.push({ name, value, unit, limit })
try {
  const { context, page } = await open(browser, 'light', o)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  const scripts = new Map()
  cdp.on('Network.responseReceived', e => {
    if (e.type === 'Script') scripts.set(e.requestId, 0)
  })
  cdp.on('Network.loadingFinished', e => {
    if (scripts.has(e.requestId)) scripts.set(e.requestId, e.encodedDataLength)
  })
  await page.addInitScript(() => {
    globalThis.slow = []
    new PerformanceObserver(list => {
      for (const e of list.getEntries()) if (e.interactionId) globalThis.slow.push(e.duration)
    }).observe({ type: 'event', durationThreshold: 16, buffered: true })
  })
  await page.goto(`${o.base}/feed`)
  await page.waitForSelector('[data-row="0"]')
  await page.waitForLoadState('load')
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)
  result('script of a first visit, gzipped', [...scripts.values()].reduce((a, b) => a + b, 0) / 1024, 'KB', 250)
  result('first contentful paint', paint, 'ms')

  // Scroll to the end again and again until the feed holds enough.
  const scroller = page.locator('[data-testid="feed"]')
  const height = async () => scroller.evaluate(e => e.scrollHeight)
  const row = await page
    .locator('[role="listitem"]')
    .first()
    .evaluate(e => e.offsetHeight)
  let have = 0
  for (let i = 0; i < rows / 50; i++) {
    const before = await height()
    have = Math.round(before / row)
    if (have >= rows) break
    await scroller.evaluate(e => e.scrollTo(0, e.scrollHeight))
    await page
      .waitForFunction(h => document.querySelector('[data-testid="feed"]').scrollHeight > h, before, {
        timeout: 10_000,
      })
      .catch(() => {})
    if ((await height()) === before) break
  }
  result('rows in the feed', have, 'rows')
  await scroller.evaluate(e => e.scrollTo(0, e.scrollHeight / 2))
  await page.waitForSelector('[data-row]')
  await page.evaluate(() => globalThis.slow.splice(0))
  await page.locator('[data-row]').nth(8).click()
  await page.waitForSelector('aside article')
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press(i % 10 === 9 ? 'k' : 'j')
    await page.waitForTimeout(60) // as fast as a person presses
  }
  await page.keyboard.press('Control+k')
  await page.waitForSelector('[role="dialog"]')
  await page.keyboard.type('инц', { delay: 40 })
  await page.keyboard.press('Escape')
  await page.waitForTimeout(300)
  const slow = (await page.evaluate(() => globalThis.slow)).sort((a, b) => a - b)
  // What took less than 16 ms is not reported: then 16 is the upper bound.
  const at = q => slow[Math.min(slow.length - 1, Math.floor(slow.length * q))] ?? 16
  result('interaction, p50', at(0.5), 'ms')
  result('interaction, p98', at(0.98), 'ms', 100)
  await context.close()
} finally {
  await browser.close()
}
let bad = 0
for (const r of results) {
  const over = r.limit !== undefined && r.value > r.limit
  if (over) bad++
  console.log(
    `${r.name.padEnd(36)} ${r.value.toFixed(r.unit === 'rows' ? 0 : 1).padStart(9)} ${r.unit.padEnd(5)}${r.limit === undefined ? '' : `limit ${r.limit}${over ? ' EXCEEDED' : ''}`}`,
  )
}
process.exit(bad ? 1 : 0)
