import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { button, post, search } from './harness/acts.ts'
import { eventually, type Person, region } from './harness/server.ts'
import { setStage, settled } from './harness/stage.ts'
import { ru } from './harness/words.ts'

let who: Person

const stage = setStage(async ({ server }) => {
  const agency = await server.make('/agencies', { region, name: 'Водоканал' })
  await server.archive([1, 2, 3].map(n => ({ native: `${n}`, text: `Нет воды, дом ${n}` })))
  const numbers: number[] = []
  for (const [native, severity] of [
    ['1', 'normal'],
    ['2', 'critical'],
    ['3', 'critical'],
  ] as const)
    numbers.push(await server.open(native, { severity }))
  await server.give(numbers[2] ?? 0, 'assign', { agency })
  who = await server.person('specialist')
})

const titles = (page: Page) => page.locator('main tbody [data-item]').allTextContents()
const heads = (page: Page) => page.locator('main thead th').allTextContents()

/** Waits until a list shows these, in this order. */
const shows = (page: Page, houses: number[]) =>
  eventually(async () => expect(await titles(page)).toEqual(houses.map(n => `Нет воды, дом ${n}`)))

test('conditions, sorting and columns stand in the address', async () => {
  const page = await stage.open(who, '/incidents')
  await button(page, ru.common.severity).click()
  await page.getByRole('checkbox', { name: ru.severities.critical }).click()
  await page.keyboard.press('Escape')
  await eventually(async () => expect((await titles(page)).length).toBe(2))
  // By the head of a column: the newest first, then the oldest.
  await page.locator('thead').getByRole('button', { name: ru.incidents.opened }).click()
  await shows(page, [3, 2])
  await page.locator('thead').getByRole('button', { name: ru.incidents.opened }).click()
  await shows(page, [2, 3])
  await button(page, ru.incidents.columns).click()
  await page.getByRole('menuitemcheckbox', { name: ru.incidents.curator }).click()
  await page.getByRole('menuitemcheckbox', { name: ru.incidents.posts }).click()
  await page.keyboard.press('Escape')
  await eventually(async () => {
    expect(await heads(page)).toContain(ru.incidents.curator)
    expect(await heads(page)).not.toContain(ru.incidents.posts)
  })
  const address = new URL(page.url())
  expect(address.searchParams.get('severity')).toBe('critical')
  expect(address.searchParams.get('sort')).toBe('oldest')

  // Loaded anew, and sent to a colleague, it shows the same.
  const colleague = await stage.open(await stage.server.person('curator'), address.pathname + address.search)
  await page.reload()
  for (const p of [page, colleague]) {
    await settled(p)
    await shows(p, [2, 3])
    expect(await heads(p)).toContain(ru.incidents.curator)
    expect(await heads(p)).not.toContain(ru.incidents.posts)
  }
  // Back goes back through what was chosen.
  await page.goBack()
  await eventually(async () => expect(await heads(page)).toContain(ru.incidents.posts))
})

test('a view is saved by name, chosen, and taken back after it was removed', async () => {
  const page = await stage.open(who, '/incidents?severity=critical&sort=newest')
  await shows(page, [3, 2])
  await button(page, ru.incidents.saveView).click()
  await page.getByRole('textbox', { name: ru.incidents.viewName }).fill('Горящие')
  await page.keyboard.press('Enter')
  const views = page.getByRole('navigation', { name: ru.incidents.views })
  const mine = button(views, 'Горящие')
  await eventually(async () => expect(await mine.getAttribute('aria-current')).toBe('true'))
  await button(views, ru.incidents.builtIn.open).click()
  await eventually(async () => expect((await titles(page)).length).toBe(3))
  await page.reload()
  await mine.click()
  await shows(page, [3, 2])
  expect(new URL(page.url()).search).toBe('?severity=critical&sort=newest')
  await button(views, `${ru.common.remove}: Горящие`).click()
  await eventually(async () => expect(await mine.count()).toBe(0))
  await button(page, ru.common.undo).click()
  await mine.waitFor()
})

test('the board is an address too, and an incident comes back to it', async () => {
  const page = await stage.open(who, '/incidents')
  await page.getByText(ru.incidents.board, { exact: true }).click()
  await page.waitForURL(u => u.searchParams.get('view') === 'board')
  const column = page.getByRole('region', { name: new RegExp(ru.incidents.stages.assigned) })
  await column.getByRole('link', { name: /дом 3/ }).click()
  await page.locator('#timeline').waitFor()
  await page.goBack()
  await column.getByRole('link', { name: /дом 3/ }).waitFor()
})

test('a search, its order and the post opened beside it stand in the address', async () => {
  const page = await stage.open(who, '/feed')
  await search(page, ru.feed.box, '"дом 2"')
  await page.waitForURL(u => u.searchParams.get('q') === '"дом 2"')
  await eventually(async () => expect(await page.locator('[data-row]').count()).toBe(1))
  await post(page, 'дом 2').click()
  await page.waitForURL(u => u.searchParams.get('post') === 'telegram:2100000500/2')
  const address = new URL(page.url())
  const colleague = await stage.open(await stage.server.person('head'), address.pathname + address.search)
  await colleague.locator('aside article').getByText('дом 2').waitFor()
  expect(await colleague.getByRole('textbox', { name: ru.feed.box }).inputValue()).toBe('"дом 2"')
  await eventually(async () => expect(await colleague.locator('[data-row]').count()).toBe(1))
  // What is wrong with a query is said at its place, and what was typed stays.
  await search(page, ru.feed.box, '(вода nnet:telegram')
  const wrong = page.getByRole('alert', { name: ru.query.problems })
  await wrong.getByText('nnet:', { exact: true }).waitFor()
  expect(await page.getByRole('textbox', { name: ru.feed.box }).inputValue()).toBe('(вода nnet:telegram')
})
