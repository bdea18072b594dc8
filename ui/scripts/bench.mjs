// Measures the page of a running server by Chromium's own metrics: what a first
// visit loads and when it paints, and how long keys and clicks take (as INP
// counts them: the longest event of each interaction, until the next frame is
// shown) with 10,000 posts in the feed and a long list of incidents. Beside
// them, in the same run, the same keys on an empty page and in a plain list of
// as many rows.
//
//   node scripts/bench.mjs URL (--token TOKEN | --login NAME --password PASSWORD)
//        [--rows 10000] [--incidents 1000] [--runs 3] [--json] [--profile FOLDER]
//
// Posts should arrive meanwhile; `make bench` sees to that.
import { writeFileSync } from 'node:fs'
import { launch, open, options } from './browser.mjs'

const o = options(process.argv)
const rows = Number(o.option('rows', '10000'))
const incidents = Number(o.option('incidents', '1000'))
const IDLE = 120_000 // ms without a new row
const runs = Number(o.option('runs', '3'))
const PACE = 80 // ms between keys: as fast as people press

const browser = await launch()
const all = []
try {
  for (let i = 0; i < runs; i++) all.push(await firstVisit())
  // One after the other: what is open beside would be measured too.
  await phase(
    'empty',
    () => prepared('/empty', buildEmpty),
    page => keys(page, 'jk', 40),
  )
  await phase('feed', openFeed, workInFeed)
  await phase('list', openIncidents, page => keys(page, 'jjjk', 60))
  await phase(
    'plain',
    () => prepared('/plain', buildPlain, rows),
    page => keys(page, 'jjjk', 60),
  )
} finally {
  await browser.close()
}
report()

/** Opens a page, and measures an act on it in every run. */
async function phase(name, prepare, act) {
  console.error(`  ${name}`)
  const page = await prepare()
  const profile = await profiler(page, name)
  for (const run of all) {
    const before = await posts(page)
    const began = performance.now()
    run[name] = await measured(page, act)
    if (name === 'feed') run.arriving = ((await posts(page)) - before) / ((performance.now() - began) / 1000)
    run[name].rows = await page.evaluate(countRows)
  }
  await profile.end()
  await page.context().close()
}

/** How many rows a page holds, drawn or not. */
async function countRows() {
  const table = document.querySelector('table')
  if (table) return Number(table.getAttribute('aria-rowcount') ?? table.rows.length) - 1
  const feed = document.querySelector('[data-testid="feed"]')
  if (!feed) return document.body.children.length
  feed.scrollTo(0, feed.scrollHeight)
  await new Promise(done => setTimeout(done, 300))
  return Math.max(...[...feed.querySelectorAll('[data-row]')].map(e => Number(e.dataset.row))) + 1
}

/** Everything anew, as on a first visit. */
async function firstVisit() {
  const { context, page } = await open(browser, 'light', o)
  await page.goto(`${o.base}/feed`)
  await page.waitForSelector('[data-row="0"]')
  await page.waitForLoadState('load')
  const paint = await painted(page)
  const script = await page.evaluate(() => {
    const { loadEventStart } = performance.getEntriesByType('navigation')[0]
    return performance
      .getEntriesByType('resource')
      .filter(e => /\.js$/.test(new URL(e.name).pathname) && e.startTime <= loadEventStart)
      .reduce((sum, e) => sum + e.encodedBodySize, 0)
  })
  const blank = await context.newPage()
  await blank.route('**/empty', r => r.fulfill({ contentType: 'text/html', body: '<p>empty' }))
  await blank.goto(`${o.base}/empty`)
  const run = { script, paint, emptyPaint: await painted(blank) }
  await context.close()
  return run
}

async function painted(page) {
  return await page.evaluate(
    () =>
      new Promise(done =>
        new PerformanceObserver((list, self) => {
          const e = list.getEntriesByName('first-contentful-paint')[0]
          if (!e) return
          self.disconnect()
          done(e.startTime)
        }).observe({ type: 'paint', buffered: true }),
      ),
  )
}

/** Collects the durations of interactions on every page of the window. */
async function watched() {
  const { context, page } = await open(browser, 'light', o)
  await context.addInitScript(() => {
    globalThis.interactions = new Map()
    new PerformanceObserver(list => {
      for (const e of list.getEntries())
        if (e.interactionId)
          globalThis.interactions.set(
            e.interactionId,
            Math.max(e.duration, globalThis.interactions.get(e.interactionId) ?? 0),
          )
    }).observe({ type: 'event', durationThreshold: 16, buffered: true })
  })
  return page
}

/** What the interactions of an act took, in ms; what took less than a frame is not told, and counts as one. */
async function measured(page, act) {
  await page.bringToFront()
  const before = await page.evaluate(() => {
    globalThis.interactions.clear()
    return performance.interactionCount
  })
  await act(page)
  await page.waitForTimeout(500)
  const { took, count } = await page.evaluate(() => ({
    took: [...globalThis.interactions.values()],
    count: performance.interactionCount,
  }))
  while (took.length < count - before) took.push(16)
  took.sort((a, b) => a - b)
  const at = q => took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? Number.NaN
  return { p50: at(0.5), p98: at(0.98), count: took.length }
}

async function keys(page, which, times) {
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(which[i % which.length])
    await page.waitForTimeout(PACE)
  }
}

function posts(page) {
  return page.evaluate(async () => (await (await fetch('/api/v1/posts/count?query=')).json()).posts)
}

async function openFeed() {
  const page = await watched()
  await page.goto(`${o.base}/feed`)
  await page.waitForSelector('[data-row="0"]')
  return await filled(page, rows)
}

async function openIncidents() {
  const page = await watched()
  await page.goto(`${o.base}/incidents?open=all`)
  await page.waitForSelector('tbody tr')
  await filled(page, incidents)
  await page.evaluate(() => document.querySelector('table').parentElement.scrollTo(0, 0))
  return page
}

/** Scrolls to the end until the list holds enough. */
async function filled(page, want) {
  let have = 0
  for (let since = performance.now(); have < want; ) {
    await page.evaluate(() => {
      const list = document.querySelector('[data-testid="feed"]') ?? document.querySelector('table').parentElement
      list.scrollTo(0, list.scrollHeight)
    })
    await page.waitForTimeout(50)
    const now = await page.evaluate(countRows)
    if (now > have) since = performance.now()
    if (performance.now() - since > IDLE)
      throw new Error(`there are ${have} rows, not ${want}; ${await page.locator('[role="status"]').allTextContents()}`)
    have = Math.max(have, now)
  }
  return page
}

/** What a specialist does, at the top where posts come in and far down. */
async function workInFeed(page) {
  const list = page.locator('[data-testid="feed"]')
  await list.evaluate(e => e.scrollTo(0, 0))
  await page.waitForTimeout(300)
  await page.locator('[data-row="2"]').click()
  await page.waitForSelector('aside article')
  await keys(page, 'jjk', 18)
  await list.evaluate(e => e.scrollTo(0, e.scrollHeight / 2))
  await page.waitForTimeout(300)
  await page.locator('[data-row]').nth(12).click()
  await keys(page, 'jjjk', 24)
  await page.keyboard.press('p')
  await page.waitForTimeout(PACE)
  await page.keyboard.press('n')
  await page.waitForTimeout(PACE)
  await page.keyboard.press('Escape')
  await page.waitForTimeout(PACE)
  await page.keyboard.press('/')
  await page.keyboard.type('отопление', { delay: PACE })
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('[role="dialog"]')
  await page.keyboard.type('инц', { delay: PACE })
  await page.keyboard.press('Escape')
  await page.locator('textarea').fill('')
}

/** A page of its own, for comparison. */
async function prepared(path, build, arg) {
  const page = await watched()
  await page.route(`**${path}`, r => r.fulfill({ contentType: 'text/html', body: '<!doctype html><title>-</title>' }))
  await page.goto(o.base + path)
  await page.evaluate(build, arg)
  return page
}

function buildEmpty() {
  const e = document.body.appendChild(document.createElement('p'))
  addEventListener('keydown', k => {
    e.textContent = k.key
  })
}

/** The same posts as rows that are all there, moved through with the same keys, with new ones arriving. */
async function buildPlain(rows) {
  document.head.appendChild(document.createElement('style')).textContent =
    'body{margin:0;height:100vh;overflow:auto;font:13px/18px sans-serif}a{display:grid;grid-template-columns:200px 1fr 100px;gap:16px;padding:6px 16px;border-bottom:1px solid #ddd}a:focus{background:#e3f1f2}span{overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2}'
  const row = p => {
    const a = document.createElement('a')
    a.tabIndex = 0
    for (const text of [p.channel ?? p.source, p.text, p.published])
      a.appendChild(document.createElement('span')).textContent = text
    return a
  }
  const known = []
  for (let after = ''; known.length < rows; ) {
    const r = await fetch(`/api/v1/posts?query=&limit=200${after ? `&after=${encodeURIComponent(after)}` : ''}`)
    const page = await r.json()
    known.push(...page.items)
    after = page.next
    if (!after) break
  }
  for (const p of known) document.body.appendChild(row(p))
  let at = 0
  addEventListener('keydown', k => {
    at = Math.max(0, at + (k.key === 'j' ? 1 : -1))
    document.body.children[at]?.focus()
  })
  setInterval(() => {
    document.body.prepend(row(known[0]))
    document.body.lastChild.remove()
  }, 50)
}

async function profiler(page, name) {
  const folder = o.option('profile')
  if (!folder) return { end: () => {} }
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Profiler.enable')
  await cdp.send('Profiler.start')
  return {
    end: async () =>
      writeFileSync(`${folder}/${name}.cpuprofile`, JSON.stringify((await cdp.send('Profiler.stop')).profile)),
  }
}

function report() {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(all))
    return
  }
  const median = f => all.map(f).sort((a, b) => a - b)[Math.floor(all.length / 2)]
  const show = (name, f, unit, digits = 0) =>
    console.log(`${name.padEnd(56)} ${median(f).toFixed(digits).padStart(8)} ${unit}`)
  show('script of a first visit, gzip', r => r.script / 1024, 'KB', 1)
  show('first contentful paint', r => r.paint, 'ms')
  show('first contentful paint of an empty page', r => r.emptyPaint, 'ms')
  show('posts arriving', r => r.arriving, 'a second', 1)
  for (const [key, name] of [
    ['feed', `feed of ${all[0].feed.rows} posts`],
    ['plain', `plain list of ${all[0].plain.rows}`],
    ['list', `list of ${all[0].list.rows} incidents`],
    ['empty', 'empty page'],
  ]) {
    show(`${name}: interaction, p50`, r => r[key].p50, 'ms')
    show(`${name}: interaction, p98`, r => r[key].p98, 'ms')
  }
}
