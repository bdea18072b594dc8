import type { Page, Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { becomes, button, choose, dialog, step, toast } from './harness/acts.ts'
import { eventually, type Person, region } from './harness/server.ts'
import { setStage } from './harness/stage.ts'
import { ru } from './harness/words.ts'

let serial = 0
let heat = 0
let water = 0
let rule = 0

const stage = setStage(async ({ server }) => {
  heat = await server.make('/agencies', { region, name: 'Теплосети' })
  water = await server.make('/agencies', { region, name: 'Водоканал' })
  await server.archive(
    Array.from({ length: 12 }, (_, i) => ({ native: `${i + 1}`, text: `Труба течёт, дом ${i + 1}` })),
  )
  const search = await server.make('/searches', { name: 'Трубы', query: 'труба', regions: [region] })
  rule = await server.make('/rules', { region, search, name: 'Трубы', mode: 'suggest', severity: 'normal' })
})

/** A new incident, and a window on it. */
async function incident(who: Person): Promise<{ number: number; page: Page }> {
  const number = await stage.server.open(`${++serial}`)
  return { number, page: await stage.open(who, `/incidents/${number}`) }
}

const events = (page: Page) => page.getByRole('region', { name: ru.incident.timeline })

describe('two who save the same incident', () => {
  test('the second sees what changed, keeps the text, and goes on', async () => {
    const { server } = stage
    const first = await server.person('executor', { agencies: [heat], name: 'Анна Громова' })
    const second = await server.person('executor', { agencies: [heat], name: 'Сергей Белов' })
    const number = await server.open(`${++serial}`)
    await server.give(number, 'assign', { agency: heat })
    await server.give(number, 'accept', {}, first)
    const [a, b] = await Promise.all([first, second].map(p => stage.open(p, `/incidents/${number}`)))
    if (!a || !b) throw new Error('two windows')
    for (const [page, text] of [
      [a, 'Приедем завтра утром.'],
      [b, 'Приедем сегодня до 18:00, бригада в пути.'],
    ] as const) {
      await step(page, ru.commands.draft).click()
      await page.getByLabel(ru.incident.draftText).fill(text)
    }
    await button(a, ru.common.save).click()
    await toast(a, ru.done.draft).waitFor()
    // The second window has already heard of it: what was typed is still of the version before.
    await refreshed(b, page =>
      events(page).getByText('Анна Громова').filter({ visible: true }).nth(1).waitFor({ timeout: 1000 }),
    )
    await button(b, ru.common.save).click()
    const conflict = dialog(b)
    await conflict.getByText(ru.conflict.title).waitFor()
    await conflict.getByText('Анна Громова').waitFor()
    await conflict.locator('del', { hasText: 'завтра' }).waitFor()
    await conflict.locator('ins', { hasText: 'бригада' }).waitFor()
    expect((await server.incident(number)).draft?.text, 'nothing is overwritten unseen').toBe('Приедем завтра утром.')
    await button(conflict, ru.conflict.saveMine).click()
    await toast(b, ru.done.draft).waitFor()
    expect((await server.incident(number)).draft?.text).toBe('Приедем сегодня до 18:00, бригада в пути.')
    await eventually(async () => expect(await b.getByLabel(ru.incident.draftText).count(), 'the editor closes').toBe(0))
    await b.reload()
    await b.getByRole('region', { name: ru.incident.answer }).getByText('бригада в пути').waitFor()
  })

  test('the text of who gives way is kept on the machine', async () => {
    const { server } = stage
    const first = await server.person('executor', { agencies: [heat], name: 'Анна Громова' })
    const second = await server.person('executor', { agencies: [heat], name: 'Сергей Белов' })
    const number = await server.open(`${++serial}`)
    await server.give(number, 'assign', { agency: heat })
    await server.give(number, 'accept', {}, first)
    const page = await stage.open(second, `/incidents/${number}`)
    await step(page, ru.commands.draft).click()
    await page.getByLabel(ru.incident.draftText).fill('Мой вариант ответа')
    await server.give(number, 'draft', { text: 'Чужой вариант ответа' }, first)
    await button(page, ru.common.save).click()
    await button(dialog(page), ru.conflict.takeTheirs).click()
    await eventually(async () => expect(await dialog(page).count()).toBe(0))
    expect((await server.incident(number)).draft?.text).toBe('Чужой вариант ответа')
    expect(await page.getByLabel(ru.incident.draftText).inputValue()).toBe('Мой вариант ответа')
    await page.reload()
    await page.getByRole('region', { name: ru.incident.answer }).getByText('Чужой вариант ответа').waitFor()
    await button(page, ru.common.edit).click()
    expect(await page.getByLabel(ru.incident.draftText).inputValue()).toBe('Мой вариант ответа')
    await page.getByText(ru.incident.unsavedDraft).waitFor()
  })

  test('an assignment goes on at the new version, with its comment', async () => {
    const { server } = stage
    const { number, page } = await incident(await server.person('specialist'))
    await step(page, ru.commands.assign).click()
    await choose(dialog(page), ru.common.agency, 'Теплосети')
    await dialog(page).getByLabel(ru.fields.comment).fill('Дом с детьми, прошу сегодня.')
    const curator = await server.person('curator', { name: 'Андрей Лебедев' })
    await server.give(number, 'assign', { agency: water }, curator)
    await button(dialog(page), ru.commands.assign).click()
    const conflict = dialog(page).filter({ hasText: ru.conflict.title })
    await conflict
      .getByRole('row', { name: new RegExp(ru.common.agency) })
      .getByText('Водоканал')
      .waitFor()
    await conflict.getByText('Андрей Лебедев').waitFor()
    await conflict.getByText('Дом с детьми, прошу сегодня.').waitFor()
    await button(conflict, `${ru.conflict.again}: ${ru.commands.assign}`).click()
    await toast(page, ru.done.assign).waitFor()
    const after = await server.incident(number)
    expect(after.agency?.name).toBe('Теплосети')
    await events(page).getByText('Дом с детьми, прошу сегодня.').waitFor()
  })

  test('what is possible no more is said to be so', async () => {
    const { server } = stage
    const { number, page } = await incident(await server.person('specialist'))
    await step(page, ru.commands.assign).click()
    await choose(dialog(page), ru.common.agency, 'Теплосети')
    await server.give(number, 'spam', {}, await server.person('curator', { name: 'Андрей Лебедев' }))
    await button(dialog(page), ru.commands.assign).click()
    await dialog(page).getByText(ru.conflict.impossible).waitFor()
    expect(await button(dialog(page), `${ru.conflict.again}: ${ru.commands.assign}`).isDisabled()).toBe(true)
    await button(dialog(page), ru.conflict.takeTheirs).click()
    await becomes(page, ru.states.spam)
  })
})

describe('decisions', () => {
  test.each([
    ['spam', 's'],
    ['not_ours', 'n'],
    ['duplicate', 'd'],
  ] as const)('%s is taken back by its toast', async (command, key) => {
    const { server } = stage
    const other = await server.open(`${++serial}`)
    const { number, page } = await incident(await server.person('specialist'))
    await becomes(page, ru.states.new)
    await page.keyboard.press(key)
    if (command === 'duplicate') {
      await dialog(page).getByLabel(ru.fields.of).fill(`№ ${other}`)
      await button(dialog(page), ru.commands.duplicate).click()
    }
    await becomes(page, ru.states[command])
    const said = toast(page, `№ ${number}: ${ru.done[command]}`)
    await said.waitFor()
    expect((await server.incident(number)).state).toBe(command)
    await button(said, ru.common.undo).click()
    await becomes(page, ru.states.new)
    await toast(page, ru.done.undo).waitFor()
    const after = await server.incident(number)
    expect(after.state).toBe('new')
    expect((after.events ?? []).map(e => e.kind).slice(-2)).toEqual([command, 'undo'])
  })

  test('what the server refuses is shown at once and taken back', async () => {
    const { server } = stage
    const { number, page } = await incident(await server.person('specialist'))
    await becomes(page, ru.states.new)
    const held = await hold(page, `**/api/v1/incidents/${number}/not_ours`)
    await page.keyboard.press('n')
    const request = await held.request
    await becomes(page, ru.states.not_ours) // before anybody answered
    expect((await server.incident(number)).state).toBe('new')
    await request.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500}' })
    await becomes(page, ru.states.new)
    await toast(page, ru.errors.rolledBack).waitFor()
    await toast(page, ru.errors.server).waitFor()
    expect((await server.incident(number)).state).toBe('new')
  })

  test('a switch of a rule is taken back too', async () => {
    const { server } = stage
    const page = await stage.open(await server.person('curator'), '/rules')
    const held = await hold(page, `**/api/v1/rules/${rule}`)
    const box = page.getByRole('switch', { name: `${ru.rules.enabled}: Трубы` })
    expect(await box.isChecked()).toBe(true)
    await box.click({ force: true })
    const request = await held.request
    await eventually(async () => expect(await box.isChecked(), 'before any answer').toBe(false))
    await request.abort('connectionreset')
    await toast(page, ru.errors.rolledBack).waitFor()
    await eventually(async () => expect(await box.isChecked()).toBe(true))
    expect((await server.call<{ enabled: boolean }>('GET', `/rules/${rule}`)).enabled).toBe(true)
  })
})

/** Holds the next request to an address: what becomes of it is the test's. */
async function hold(page: Page, address: string): Promise<{ request: Promise<Route> }> {
  let caught: (r: Route) => void = () => {}
  const request = new Promise<Route>(resolve => {
    caught = resolve
  })
  await page.route(address, caught, { times: 1 })
  return { request }
}

/** Waits until a page has read anew, as it does when one comes back to it. */
async function refreshed(page: Page, shown: (page: Page) => Promise<unknown>): Promise<void> {
  await eventually(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await shown(page)
  })
}
