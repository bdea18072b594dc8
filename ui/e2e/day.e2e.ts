import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { becomes, button, choose, dialog, post, search, step, toast } from './harness/acts.ts'
import { password, possible } from './harness/server.ts'
import { type Stage, setStage, settled } from './harness/stage.ts'
import { ru } from './harness/words.ts'

/**
 * The whole way of a problem, as people go it: the installation is set up, a
 * search becomes a rule, a resident writes, an agency answers.
 */
for (const shape of ['default', 'big'] as const)
  describe(`a day in the ${shape} shape`, () => {
    if (!possible(shape)) {
      test.skip('needs Kafka and Elasticsearch')
      return
    }
    const stage = setStage(undefined, shape)
    test('from the set-up page to a closed incident', () => day(stage))
  })

const query = '(отопление | теплотрасса) -реклама'
const home = 'Приморский край'

async function day(stage: Stage) {
  const { server } = stage
  const admin = await stage.open(undefined, '/')
  await setUp(stage, admin)
  await furnish(server.news.address, admin)

  // An executor is made by the administrator, and has to choose a password of
  // their own, on a phone.
  const phone = await stage.open(undefined, '/sign-in', { shape: 'phone' })
  await phone.getByLabel(ru.signIn.login, { exact: true }).fill('belov')
  await phone.getByLabel(ru.signIn.password, { exact: true }).fill('первый пароль для входа')
  await button(phone, ru.signIn.submit).click()
  await phone.getByRole('heading', { name: ru.signIn.mustChange }).waitFor()
  await phone.getByLabel(ru.profile.oldPassword, { exact: true }).fill('первый пароль для входа')
  await phone.getByLabel(ru.profile.newPassword, { exact: true }).fill(password)
  await phone.getByLabel(ru.setup.repeat, { exact: true }).fill(password)
  await button(phone, ru.profile.changePassword).click()
  await phone.getByRole('heading', { name: ru.queue.title }).waitFor()
  await phone.getByText(ru.queue.empty, { exact: true }).waitFor()

  // Found, saved, made into a rule.
  server.news.write('Когда дадут отопление?', 'В домах холодно третий день.')
  await admin.getByRole('link', { name: ru.nav.feed, exact: true }).click()
  await read(server, admin)
  await search(admin, ru.feed.box, query)
  await post(admin, 'Когда дадут отопление').waitFor()
  expect(await admin.locator('[data-row] mark').allTextContents()).toContain('отопление')
  await button(admin, ru.feed.save).click()
  await dialog(admin).getByLabel(ru.common.name, { exact: true }).fill('Тепло')
  await button(dialog(admin), ru.common.save).click()
  await button(toast(admin, ru.searches.saved('Тепло')), ru.searches.makeRule).click()
  const rule = dialog(admin)
  await rule.getByText(ru.rules.new).waitFor()
  await choose(rule, ru.common.region, home)
  await button(rule, ru.common.save).click()
  await toast(admin, ru.rules.switchedOn('Тепло')).waitFor()

  // A resident writes; the feed shows it by itself.
  await admin.goto(`${server.base}/feed?q=${encodeURIComponent(query)}`)
  await admin.getByRole('status').filter({ hasText: ru.feed.live }).waitFor()
  await admin.evaluate(() => Object.assign(globalThis, { sameWindow: true }))
  server.news.write('На Гоголя прорвало теплотрассу', 'Кипяток течёт по дороге.')
  await read(server, admin)
  await post(admin, 'На Гоголя прорвало теплотрассу').waitFor()
  // Paused, it only counts.
  await button(admin, ru.feed.pause).click()
  server.news.write('Вторую теплотрассу прорвало на Чехова')
  server.news.write('Реклама: отопление под ключ')
  server.news.write('Теплотрасса у школы парит')
  await read(server, admin)
  const fresh = button(admin, ru.feed.show(2))
  await fresh.waitFor()
  expect(await post(admin, 'на Чехова').count()).toBe(0)
  await fresh.click()
  await post(admin, 'на Чехова').waitFor()
  await post(admin, 'у школы парит').waitFor()
  expect(await post(admin, 'Реклама').count(), 'what the query leaves out').toBe(0)
  expect(await admin.evaluate(() => 'sameWindow' in globalThis), 'nothing was loaded anew').toBe(true)

  // The rule has opened an incident of it.
  await admin.getByRole('link', { name: ru.nav.incidents, exact: true }).click()
  // By its address: the feed, which may stand there for a moment more, has a link of the same name.
  await admin.locator('main a[href^="/incidents/"]', { hasText: 'На Гоголя прорвало теплотрассу' }).click()
  await admin.locator('main').getByText(ru.states.triage, { exact: true }).first().waitFor()
  await step(admin, ru.commands.assign).click()
  await choose(dialog(admin), ru.common.agency, 'Теплосети')
  await dialog(admin).getByLabel(ru.fields.comment).fill('Прошу выехать сегодня.')
  await button(dialog(admin), ru.commands.assign).click()
  await becomes(admin, ru.states.assigned)

  // The agency answers from the street.
  await phone.reload()
  await phone.getByRole('link', { name: /На Гоголя прорвало теплотрассу/ }).click()
  await phone.getByText('Прошу выехать сегодня.').waitFor()
  await step(phone, ru.commands.accept).click()
  await becomes(phone, ru.states.accepted)
  await step(phone, ru.commands.draft).click()
  await phone.getByLabel(ru.incident.draftText).fill('Порыв устранён в 16:10, в дома даётся тепло.')
  await button(phone, ru.commands.review).click()
  await becomes(phone, ru.states.review)
  expect(await step(phone, ru.commands.approve).count(), 'nobody approves their own text').toBe(0)

  // The curator reads it and lets it out.
  const curator = await stage.open(await server.person('curator'), '/queue')
  await curator
    .getByRole('region', { name: new RegExp(ru.queue.sections.approve) })
    .getByRole('link')
    .click()
  await curator.getByText('Порыв устранён в 16:10').first().waitFor()
  await step(curator, ru.commands.approve).click()
  await becomes(curator, ru.states.approved)
  await step(curator, ru.commands.answer).click()
  await dialog(curator).getByLabel(ru.fields.permalink).fill('https://t.me/sosedi/1205')
  await button(dialog(curator), ru.commands.answer).click()
  await becomes(curator, ru.states.answered)
  await curator.getByRole('link', { name: 't.me/sosedi/1205' }).first().waitFor()
  await step(curator, ru.commands.close).click()
  await becomes(curator, ru.states.closed)

  // Who else looks sees it closed, without doing anything.
  await becomes(admin, ru.states.closed)
  await admin.getByRole('link', { name: ru.nav.queue, exact: true }).click()
  await settled(admin)
  expect(await admin.getByRole('link', { name: /На Гоголя прорвало теплотрассу/ }).count()).toBe(0)
}

/** The first administrator; nobody finds that page again. */
async function setUp(stage: Stage, page: Page) {
  await page.getByRole('heading', { name: ru.setup.title }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/setup')
  await page.getByLabel(ru.common.personName).fill('Ольга Седова')
  await page.getByLabel(ru.signIn.login, { exact: true }).fill('admin')
  await page.getByLabel(ru.signIn.password, { exact: true }).fill(password)
  await page.getByLabel(ru.setup.repeat).fill('не тот же пароль')
  await page.getByText(ru.setup.mismatch).waitFor()
  expect(await button(page, ru.setup.submit).isDisabled()).toBe(true)
  await page.getByLabel(ru.setup.repeat).fill(password)
  await button(page, ru.setup.submit).click()
  await page.getByRole('heading', { name: ru.queue.title }).waitFor()

  const stranger = await stage.open(undefined, '/setup')
  await stranger.getByRole('heading', { name: ru.signIn.title }).waitFor()
  expect(new URL(stranger.url()).pathname).toBe('/sign-in')
  const again = await stranger.request.post(`${stage.server.base}/api/v1/setup`, {
    data: { name: 'Второй', login: 'second', password },
  })
  expect(again.status()).toBe(409)
}

/** A source, an agency and its executor. */
async function furnish(address: string, page: Page) {
  await page.getByRole('link', { name: ru.nav.sources, exact: true }).click()
  await button(page, ru.sources.new).first().click()
  const source = dialog(page)
  await source.getByLabel(ru.sources.address).fill(address)
  await choose(source, ru.common.regions, home)
  await button(source, ru.common.save).click()
  await page
    .getByRole('table')
    .getByText(ru.sources.healths.ok ?? '')
    .waitFor({ timeout: 20_000 })

  await page.getByRole('link', { name: ru.nav.agencies, exact: true }).click()
  await button(page, ru.agencies.new).first().click()
  const agency = dialog(page)
  await agency.getByLabel(ru.common.name, { exact: true }).fill('Теплосети')
  await choose(agency, ru.common.region, home)
  await button(agency, ru.common.save).click()
  await page.getByRole('cell', { name: 'Теплосети', exact: true }).waitFor()

  await page.getByRole('link', { name: ru.nav.people, exact: true }).click()
  await button(page, ru.people.new).first().click()
  const person = dialog(page)
  await person.getByLabel(ru.common.personName).fill('Сергей Белов')
  await person.getByLabel(ru.people.login).fill('belov')
  await choose(person, ru.common.role, ru.roles.executor)
  await choose(person, ru.common.regions, home)
  await choose(person, ru.common.agency, 'Теплосети')
  await person.getByLabel(ru.people.password, { exact: true }).fill('первый пароль для входа')
  await button(person, ru.common.save).click()
  await button(page, 'Сергей Белов').waitFor()
}

/** Has the one source read at once, as its page offers. */
async function read(server: Stage['server'], _page: Page) {
  const { items } = await server.call<{ items: { id: number }[] }>('GET', '/sources')
  await server.read(items[0]?.id ?? 0)
}
