import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { Command, Role } from '@/api/types'
import { button, dialog } from './harness/acts.ts'
import { type Person, Refused, region, type Server } from './harness/server.ts'
import { setStage } from './harness/stage.ts'
import { ru } from './harness/words.ts'

type Section = keyof typeof sections

interface Needs {
  request: [string, string]
  add?: string
}

/** Every section, its heading, the button that makes something there, and the request that its page can't do without. */
const sections = {
  queue: { request: ['GET', '/incidents'] },
  feed: { request: ['GET', '/posts?query='] },
  incidents: { request: ['GET', '/incidents'] },
  searches: { request: ['GET', '/searches'] },
  rules: { request: ['POST', '/rules'], add: ru.rules.new },
  routes: { request: ['PUT', `/routes/${region}`], add: ru.routes.new },
  presets: { request: ['PUT', `/presets/${region}`], add: ru.presets.new },
  sources: { request: ['POST', '/sources'], add: ru.sources.new },
  agencies: { request: ['POST', '/agencies'], add: ru.agencies.new },
  regions: { request: ['PUT', `/regions/${region}`] },
  glossary: { request: ['PUT', '/glossary'] },
  people: { request: ['GET', '/people'], add: ru.people.new },
  tokens: { request: ['GET', '/tokens'], add: ru.tokens.new },
  log: { request: ['GET', '/looks'] },
  status: { request: ['GET', '/status'] },
} satisfies Record<string, Needs>

const all = Object.keys(sections) as Section[]

const both: ('internal' | 'resident')[] = ['internal', 'resident']

/** Written by hand: what each role finds, and what it may do with an incident. */
const table: Record<
  Role,
  { sees: Section[]; fresh: Command[]; assigned: Command[]; review: Command[]; comments: ('internal' | 'resident')[] }
> = {
  administrator: {
    sees: all,
    fresh: ['triage', 'assign', 'spam', 'not_ours', 'duplicate', 'claim'],
    assigned: ['assign', 'spam', 'not_ours', 'duplicate', 'accept', 'return'],
    review: ['rework', 'approve'],
    comments: both,
  },
  specialist: {
    sees: ['queue', 'feed', 'incidents', 'searches', 'rules', 'routes', 'presets', 'sources'],
    fresh: ['triage', 'assign', 'spam', 'not_ours', 'duplicate', 'claim'],
    assigned: ['assign', 'spam', 'not_ours', 'duplicate'],
    review: [],
    comments: both,
  },
  curator: {
    sees: ['queue', 'feed', 'incidents', 'searches', 'rules', 'routes', 'presets'],
    fresh: ['triage', 'assign', 'spam', 'not_ours', 'duplicate', 'claim'],
    assigned: ['assign', 'spam', 'not_ours', 'duplicate'],
    review: ['rework', 'approve'],
    comments: both,
  },
  executor: {
    sees: ['queue', 'incidents'],
    fresh: [],
    assigned: ['accept', 'return'],
    review: [],
    comments: ['internal'],
  },
  ombudsman: {
    sees: ['queue', 'feed', 'incidents', 'searches', 'log'],
    fresh: [],
    assigned: [],
    review: [],
    comments: ['internal'],
  },
  factchecker: {
    sees: ['queue', 'feed', 'incidents', 'searches'],
    fresh: [],
    assigned: [],
    review: [],
    comments: ['internal'],
  },
  head: { sees: ['queue', 'feed', 'incidents', 'searches'], fresh: [], assigned: [], review: [], comments: [] },
  partner: { sees: ['feed', 'searches'], fresh: [], assigned: [], review: [], comments: [] },
}

const roles = Object.keys(table) as Role[]
const commands = Object.keys(ru.commands).filter(c => c !== 'comment') as Command[]

let agency = 0
let numbers = { fresh: 0, assigned: 0, review: 0 }

const stage = setStage(async ({ server }) => {
  agency = await server.make('/agencies', { region, name: 'Водоканал' })
  await server.archive(['1', '2', '3'].map(native => ({ native, text: `Нет воды, дом ${native}` })))
  numbers = { fresh: await server.open('1'), assigned: await server.open('2'), review: await server.open('3') }
  await server.give(numbers.assigned, 'assign', { agency })
  await server.give(numbers.review, 'assign', { agency })
  const writer = await server.person('executor', { agencies: [agency], name: 'Автор черновика' })
  await server.give(numbers.review, 'accept', {}, writer)
  await server.give(numbers.review, 'draft', { text: 'Воду дадут к вечеру.' }, writer)
  await server.give(numbers.review, 'review', {}, writer)
})

const somebody = (server: Server, role: Role): Promise<Person> =>
  server.person(role, role === 'executor' ? { agencies: [agency] } : {})

describe.each(roles)('%s', role => {
  const { sees, comments, ...may } = table[role]

  test('finds the sections of the role, and is told plainly of the others', async () => {
    const { server } = stage
    const who = await somebody(server, role)
    const page = await stage.open(who, '/')
    const side = page.getByRole('navigation').first()
    await side.getByRole('link', { name: ru.nav[sees[0] ?? 'feed'], exact: true }).waitFor()
    const shown = await side
      .getByRole('link')
      .evaluateAll(links => links.map(l => new URL((l as HTMLAnchorElement).href).pathname.slice(1)))
    expect(shown.filter(s => s in sections)).toEqual(sees)
    for (const name of all) {
      const { request, add }: Needs = sections[name]
      const [method, path] = request
      const status = await refusal(server.call(method, path, method === 'GET' ? undefined : {}, who))
      const told = page.getByRole('alert').filter({ hasText: ru.errors.forbidden })
      if (sees.includes(name)) {
        await side.getByRole('link', { name: ru.nav[name], exact: true }).click()
        await page.waitForURL(new RegExp(`/${name}$`))
        if (add) await button(page, add).first().waitFor()
        else await page.locator('main h1').waitFor({ state: 'attached' })
        await told.waitFor({ state: 'hidden' }) // what was said of the section before may stand a moment longer
        expect([undefined, 422], `${method} ${path}`).toContain(status)
      } else {
        await page.goto(`${server.base}/${name}`)
        await told.waitFor()
        expect(status, `${method} ${path}`).toBe(403)
        expect(await page.locator('main button').count(), `buttons of ${name}`).toBe(0)
      }
    }
  })

  test('finds the commands of the role, and the API refuses the others', async () => {
    const { server } = stage
    const who = await somebody(server, role)
    const page = await stage.open(who, `/incidents/${numbers.review}`)
    for (const state of ['fresh', 'assigned', 'review'] as const) {
      const number = numbers[state]
      await page.goto(`${server.base}/incidents/${number}`)
      // A partner has no incidents; an executor has those of the agency.
      const hidden = role === 'partner' || (role === 'executor' && state === 'fresh')
      if (hidden) {
        await page
          .getByRole('alert')
          .filter({ hasText: role === 'partner' ? ru.errors.forbidden : ru.errors.notFound })
          .waitFor()
        expect(await page.locator('main').textContent()).not.toContain('Нет воды')
      } else {
        await page.locator('#timeline').waitFor()
        expect(new Set(await offered(page)), state).toEqual(new Set(may[state]))
        expect(await page.getByRole('textbox', { name: ru.incident.comments.internal }).count()).toBe(
          comments.length && 1,
        )
        const audiences = page.getByRole('radiogroup', { name: ru.incident.audience }).getByRole('radio')
        expect(await audiences.count(), 'audiences').toBe(comments.length > 1 ? comments.length : 0)
      }
      const { version } = await server.incident(number)
      for (const command of commands.filter(c => !may[state].includes(c))) {
        const body = { version, ...details(command) }
        const status = await refusal(server.call('POST', `/incidents/${number}/${command}`, body, who))
        // Not for the role, not theirs, or not in this state.
        expect([403, 404, 409], command).toContain(status)
      }
      expect((await server.incident(number)).version, 'nothing was changed').toBe(version)
    }
  })
})

test('who may not open incidents is not offered to', async () => {
  const { server } = stage
  for (const [role, offers] of [
    ['specialist', true],
    ['head', false],
    ['partner', false],
  ] as const) {
    const page = await stage.open(await somebody(server, role), '/feed')
    await page.locator('[data-row]').first().click()
    await page.locator('aside article').waitFor()
    expect((await button(page, ru.post.openIncident).count()) > 0, role).toBe(offers)
    await page.keyboard.press('i')
    if (offers) await dialog(page).waitFor()
    else expect(await dialog(page).count()).toBe(0)
  }
})

/** The commands that an incident's page offers, in its buttons and its menu. */
async function offered(page: Page): Promise<string[]> {
  const next = page.getByRole('region', { name: ru.incident.whatNext })
  const names = await next.getByRole('button').allInnerTexts()
  if (names.some(n => n.trim() === ru.incident.otherActions)) {
    await button(next, ru.incident.otherActions).click()
    await page.getByRole('menuitem').first().waitFor()
    names.push(...(await page.getByRole('menuitem').allInnerTexts()))
    await page.keyboard.press('Escape')
  }
  const known = Object.entries(ru.commands)
  return names
    .map(n => n.trim())
    .filter(n => n !== ru.incident.otherActions)
    .map(n => known.find(([, text]) => text === n)?.[0] ?? n)
}

/** What a command needs, so that nothing is wrong with a request but who sends it and when. */
function details(command: Command): object {
  switch (command) {
    case 'assign':
      return { agency }
    case 'draft':
    case 'interim':
      return { text: 'Воду дадут.', ...(command === 'interim' ? { permalink: 'https://t.me/sosedi/1' } : {}) }
    case 'answer':
      return { permalink: 'https://t.me/sosedi/1' }
    case 'verify':
      return { proof: 'снимок' }
    case 'duplicate':
      return { of: numbers.review }
    case 'return':
    case 'rework':
    case 'reopen':
      return { reason: 'не наше' }
    default:
      return {}
  }
}

/** The status with which a request was refused; undefined where it was not. */
async function refusal(request: Promise<unknown>): Promise<number | undefined> {
  try {
    await request
    return undefined
  } catch (err) {
    if (err instanceof Refused) return err.status
    throw err
  }
}
