import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { button, choose, dialog, post, toast } from './harness/acts.ts'
import { elsewhere, eventually, region } from './harness/server.ts'
import { setStage, settled } from './harness/stage.ts'
import { ru } from './harness/words.ts'

// The stage lets no page complain: a script that ran, or one that only the
// policy stopped, fails every test here.
const script = '<script>window.hit=1;alert(1)</script>'
const picture = '<img src=x onerror="window.hit=1;alert(1)">'
const evil = `Нет воды ${script}${picture}<a href="javascript:window.hit=1">жми</a> javascript:window.hit=1`

let number = 0

const stage = setStage(async ({ server }) => {
  const agency = await server.make('/agencies', { region, name: `Водоканал ${picture}` })
  await server.archive([
    {
      native: '1',
      text: evil,
      title: script,
      channel: `Соседи ${picture}`,
      author: { id: '1', name: script },
      url: 'javascript:window.hit=1',
      links: ['javascript:window.hit=1', 'data:text/html,<script>window.hit=1</script>'],
      media: [{ kind: 'photo', url: 'javascript:window.hit=1' }],
    },
  ])
  await server.make('/searches', { name: `Поиск ${picture}`, query: 'вода', regions: [region] })
  number = await server.open('1', { title: `Инцидент ${script}${picture}` })
  await server.give(number, 'assign', { agency, comment: evil })
})

/** Nothing of it became an element, an address, or ran. */
async function harmless(page: Page) {
  expect(await page.evaluate(() => 'hit' in globalThis)).toBe(false)
  expect(await page.locator('a[href^="javascript:" i], a[href^="data:" i], img[src="x"], [onerror]').count()).toBe(0)
  expect(await page.locator('script:not([src])').count(), 'script inside of the page').toBe(0)
}

test('script and markup in posts, names and comments are text', async () => {
  const { server } = stage
  const who = await server.person('administrator', { regions: ['*'], name: `Ольга ${picture}` })
  const page = await stage.open(who, '/feed')
  await post(page, 'Нет воды').click()
  const opened = page.locator('aside article')
  await opened.getByText(script).first().waitFor()
  await opened.getByText(picture).first().waitFor()
  await harmless(page)
  for (const link of await opened.getByRole('link').all())
    expect(await link.getAttribute('href')).toMatch(/^(https?:|\/)/)

  await page.goto(`${server.base}/incidents/${number}`)
  await page.getByRole('heading', { name: `Инцидент ${script}${picture}` }).waitFor()
  const comment = page.getByRole('textbox', { name: ru.incident.comments.internal })
  await comment.fill(`${script}${picture} см. javascript:alert(1)`)
  await comment.press('Control+Enter')
  await toast(page, ru.done.comment).waitFor()
  await page.getByRole('region', { name: ru.incident.timeline }).getByText(`${script}${picture} см.`).waitFor()
  await harmless(page)

  for (const path of [
    '/incidents',
    '/incidents?view=board',
    '/queue',
    '/searches',
    '/agencies',
    '/people',
    '/profile',
  ]) {
    await page.goto(server.base + path)
    await settled(page)
    await page
      .getByText(/onerror=/)
      .first()
      .waitFor()
    await harmless(page)
  }
  // In lists to choose from, in the palette, in a toast, and in the address.
  await page.goto(`${server.base}/incidents/${number}`)
  await button(page.getByRole('region', { name: ru.incident.whatNext }), ru.incident.otherActions).click()
  await page.getByRole('menuitem', { name: ru.commands.assign, exact: true }).click()
  await choose(dialog(page), ru.common.agency, `Водоканал ${picture}`)
  await harmless(page)
  await page.goto(`${server.base}/feed?q=${encodeURIComponent(`"${picture}"`)}&post=${encodeURIComponent(script)}`)
  await page.getByRole('alert').filter({ hasText: ru.errors.notFound }).waitFor()
  await harmless(page)
  await page.goto(
    `${server.base}/sign-in?next=${encodeURIComponent('javascript:window.hit=1')}&problem=${encodeURIComponent(script)}`,
  )
  await settled(page)
  await harmless(page)
})

test('every page has the policy, and no script inside', async () => {
  const { server } = stage
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
    "img-src 'self' http: https:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
  const page = await stage.open(await server.person('specialist'), '/about')
  for (const path of ['/', '/sign-in', '/feed', `/incidents/${number}`, '/nowhere', '/index.html']) {
    const answer = await page.goto(server.base + path)
    expect(answer?.headers()['content-security-policy'], path).toBe(policy)
    expect(answer?.headers()['x-content-type-options'], path).toBe('nosniff')
    expect(await answer?.text(), path).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>|\son\w+=|javascript:/i)
  }
  // It is in force: what is put into the page does not run.
  const ran = await page.evaluate(() => {
    document.body.insertAdjacentHTML('beforeend', '<img src="/nothing" onerror="window.hit=1">')
    const s = document.createElement('script')
    s.textContent = 'window.hit=1'
    document.body.append(s)
    return 'hit' in globalThis
  })
  expect(ran).toBe(false)
  // And the watch on all pages sees it.
  const seen: string[] = []
  await eventually(async () => {
    seen.push(...stage.forgive(page))
    expect(seen.filter(s => s.startsWith('policy: ')).sort()).toEqual([
      'policy: script-src-attr inline ',
      'policy: script-src-elem inline ',
    ])
  })
})

test('a stolen session opens nothing after it was closed, and its page goes to the door', async () => {
  const { server } = stage
  const who = await server.person('specialist', { name: 'Марина Ким' })
  const stolen = { cookie: await server.signIn(who.login) }
  const thief = await stage.open(stolen, '/incidents')
  await thief
    .getByRole('link', { name: /Инцидент/ })
    .first()
    .waitFor()
  const feed = await stage.open(stolen, '/feed')
  await feed.getByRole('status').filter({ hasText: ru.feed.live }).waitFor()

  const owner = await stage.open(who, '/profile')
  const sessions = await server.call<{ items: { id: number; current: boolean }[] }>('GET', '/sessions', undefined, who)
  const theirs = sessions.items.filter(s => !s.current)
  expect(theirs.length).toBeGreaterThan(0)
  const close = owner.getByRole('button', { name: new RegExp(`^${ru.profile.endSession}:`) })
  for (let left = theirs.length; left > 0; left--) {
    await close.first().click()
    await eventually(async () => expect(await close.count()).toBe(left - 1))
  }
  const status = (p: Page, path: string) => p.evaluate(async path => (await fetch(`/api/v1${path}`)).status, path)
  expect(await status(thief, '/incidents')).toBe(401)
  expect(await status(thief, '/posts?query=')).toBe(401)
  expect(await status(owner, '/incidents')).toBe(200)
  // Whatever is done next, also nothing at all, leads to the door.
  await thief.getByRole('link', { name: ru.nav.queue, exact: true }).click()
  for (const p of [thief, feed]) {
    await p.waitForURL(u => u.pathname === '/sign-in', { timeout: 30_000 })
    await p.locator('input[name="login"]').waitFor()
    expect(await p.locator('body').textContent()).not.toContain('Нет воды')
  }
})

test('somebody of another region finds nothing of an incident', async () => {
  const { server } = stage
  const stranger = await server.person('curator', { regions: [elsewhere], name: 'Иван Чужой' })
  const page = await stage.open(stranger, `/incidents/${number}`)
  await page.getByRole('alert').filter({ hasText: ru.errors.notFound }).waitFor()
  const bodies: string[] = []
  page.on('response', async r => {
    if (r.url().includes('/api/v1/')) bodies.push(await r.text().catch(() => ''))
  })
  for (const path of [
    `/incidents/${number}`,
    '/incidents?open=all',
    '/queue',
    '/feed',
    '/feed?post=telegram:2100000500/1',
    '/agencies',
  ]) {
    await page.goto(server.base + path)
    await settled(page)
    expect(await page.locator('body').textContent(), path).not.toMatch(/Нет воды|Инцидент <|Водоканал/)
  }
  expect(bodies.length).toBeGreaterThan(5)
  expect(bodies.join('\n')).not.toMatch(/Нет воды|Инцидент \\u003c|Водоканал/)
})

test('who signs in with another name by force waits, and the owner does not', async () => {
  const { server } = stage
  const who = await server.person('head', { name: 'Игорь Ветров' })
  const page = await stage.open(undefined, '/sign-in')
  await page.getByLabel(ru.signIn.login, { exact: true }).fill(who.login)
  const field = page.getByLabel(ru.signIn.password, { exact: true })
  const wrong = page.getByRole('alert')
  let said = ''
  for (let i = 0; i < 40 && !/ (сек|мин)/.test(said); i++) {
    await field.fill(`not the password ${i}`)
    const answer = page.waitForResponse('**/api/v1/session')
    await button(page, ru.signIn.submit).click()
    await answer
    await wrong.waitFor()
    said = (await wrong.textContent()) ?? ''
  }
  expect(said, 'it says how long to wait').toMatch(/ (сек|мин)/)
  expect(await page.evaluate(async () => (await fetch('/api/v1/me')).status)).toBe(401)
  const owner = await stage.open(who, '/incidents')
  await owner.getByRole('heading', { name: ru.incidents.title }).waitFor()
})
