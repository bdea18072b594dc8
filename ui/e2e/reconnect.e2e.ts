import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { button, post, search } from './harness/acts.ts'
import { eventually } from './harness/server.ts'
import { setStage } from './harness/stage.ts'
import { ru } from './harness/words.ts'

let source = 0

const stage = setStage(async ({ server }) => {
  server.news.write('Первая запись')
  source = await server.source()
})

const says = (page: Page, text: string) =>
  page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 45_000 })

test('a server that was killed is found again, and nothing is lost or twice', async () => {
  const { server } = stage
  const who = await server.person('specialist')
  const page = await stage.open(who, '/feed')
  const paused = await stage.open(who, '/feed')
  await Promise.all([page, paused].map(p => says(p, ru.feed.live)))
  server.news.write('До падения')
  await server.read(source)
  await Promise.all([page, paused].map(p => post(p, 'До падения').waitFor()))
  await button(paused, ru.feed.pause).click()
  await says(paused, ru.feed.paused)
  await page.evaluate(() => Object.assign(globalThis, { sameWindow: true }))

  await server.crash()
  await Promise.all([page, paused].map(p => says(p, ru.feed.waiting)))
  await post(page, 'До падения').waitFor() // what was there stays
  server.news.write('Пока сервера не было')
  // The first window finds its way back only when all is there; the other as soon as it can.
  await page.route('**/api/v1/posts/stream*', r => r.abort())
  await server.again()
  await server.read(source)
  await eventually(async () => expect(await server.count()).toBe(3))
  expect(await post(page, 'Пока сервера не было').count(), 'it has no connection yet').toBe(0)
  await page.unroute('**/api/v1/posts/stream*')
  await says(page, ru.feed.live)
  await post(page, 'Пока сервера не было').waitFor()
  await says(paused, ru.feed.paused)
  await button(paused, ru.feed.show(1)).click()
  await post(paused, 'Пока сервера не было').waitFor()

  server.news.write('После возвращения')
  await server.read(source)
  for (const p of [page, paused]) {
    await post(p, 'После возвращения').waitFor()
    const texts = await p.locator('[data-row]').allTextContents()
    for (const text of ['Первая запись', 'До падения', 'Пока сервера не было', 'После возвращения'])
      expect(
        texts.filter(t => t.includes(text)),
        text,
      ).toHaveLength(1)
  }
  expect(await page.evaluate(() => 'sameWindow' in globalThis), 'it came back by itself').toBe(true)
  await page.reload()
  await post(page, 'После возвращения').waitFor() // the session outlives the server
})

test('a page without its server says so, keeps what was typed, and goes on', async () => {
  const { server } = stage
  const page = await stage.open(await server.person('specialist'), '/feed')
  await post(page, 'До падения').waitFor()
  await page.context().setOffline(true)
  await search(page, ru.feed.box, 'запись')
  await page.getByRole('alert').filter({ hasText: ru.errors.offline }).waitFor()
  expect(await page.getByRole('textbox', { name: ru.feed.box }).inputValue()).toBe('запись')
  await page.context().setOffline(false)
  await button(page, ru.common.retry).click()
  await post(page, 'Первая запись').waitFor()
  expect(await post(page, 'До падения').count()).toBe(0)
})
