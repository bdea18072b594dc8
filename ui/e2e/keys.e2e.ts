import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { becomes, button, dialog, post, toast } from './harness/acts.ts'
import { eventually, type Person, region } from './harness/server.ts'
import { setStage } from './harness/stage.ts'
import { ru } from './harness/words.ts'

let source = 0
let agency = 0
let serial = 0
let admin: Person
let executor: Person

const stage = setStage(async ({ server }) => {
  agency = await server.make('/agencies', { region, name: 'Водоканал' })
  await server.archive(
    Array.from({ length: 100 }, (_, i) => ({
      native: `${i + 1}`,
      text: `Нет воды, дом ${i + 1}`,
      published: new Date(Date.now() - i * 60_000),
    })),
  )
  const search = await server.make('/searches', { name: 'Вода', query: 'вода', regions: [region] })
  await server.make('/rules', { region, search, name: 'Вода', mode: 'suggest', severity: 'normal' })
  source = await server.source()
  admin = await server.person('administrator', { regions: ['*'] })
  executor = await server.person('executor', { agencies: [agency] })
})

/** Presses a key as the help shows it: «G затем I», «Ctrl K», «Shift ↑». */
async function press(page: Page, shown: string): Promise<void> {
  const names: Record<string, string> = {
    Ctrl: 'Control',
    Esc: 'Escape',
    '↓': 'ArrowDown',
    '↑': 'ArrowUp',
    '→': 'ArrowRight',
    '←': 'ArrowLeft',
  }
  const keys = shown.split(' ').map(k => names[k] ?? (k.length === 1 ? k.toLowerCase() : k))
  if (/^(Ctrl|Shift) /.test(shown)) await page.keyboard.press(keys.join('+'))
  else for (const key of keys) await page.keyboard.press(key)
}

/** The keys that the help lists. */
async function listed(page: Page): Promise<string[]> {
  await page.keyboard.press('?')
  await dialog(page).getByText(ru.keys.hint).waitFor()
  const keys = await dialog(page)
    .locator('dd > *')
    .evaluateAll(all => all.map(keys => [...keys.querySelectorAll('kbd')].map(k => k.textContent).join(' ')))
  await page.keyboard.press('Escape')
  await eventually(async () => expect(await dialog(page).count()).toBe(0))
  return keys
}

const at = (page: Page) => new URL(page.url()).pathname

/** What is under the keys' hand in a list. */
const here = (page: Page) =>
  page.evaluate(() => {
    const e = document.activeElement
    const items = [...document.querySelectorAll('[data-item]')].filter(i => (i as HTMLElement).offsetParent !== null)
    return e?.getAttribute('data-row') ?? (e?.hasAttribute('data-item') ? `${items.indexOf(e)}` : '')
  })

const rows = (page: Page) => page.locator('[data-item], [data-row]').first().waitFor()

const stands = (page: Page, row: string) => eventually(async () => expect(await here(page)).toBe(row))

/** Pressing a key, it does something: what is awaited. */
type Does = (page: Page, key: string) => Promise<unknown>

const opensDialog: Does = async (page, key) => {
  await press(page, key)
  await dialog(page).waitFor()
}
const focuses =
  (name: string): Does =>
  async (page, key) => {
    await press(page, key)
    await eventually(async () =>
      expect(await page.getByRole('textbox', { name }).evaluate(e => e === document.activeElement)).toBe(true),
    )
  }
const down: Does = async (page, key) => {
  await rows(page)
  await press(page, key)
  await stands(page, '0')
  await press(page, key)
  await stands(page, '1')
}
const up: Does = async (page, key) => {
  await rows(page)
  await press(page, 'J')
  await press(page, 'J')
  await stands(page, '1')
  await press(page, key)
  await stands(page, '0')
}
const goes =
  (path: string): Does =>
  async (page, key) => {
    await press(page, key)
    await page.waitForURL(u => u.pathname === path)
  }
const decides =
  (state: string, first?: (page: Page) => Promise<unknown>): Does =>
  async (page, key) => {
    await first?.(page)
    await press(page, key)
    await becomes(page, state)
  }
/** The same on the row that has the focus. */
const decidesThere =
  (done: string): Does =>
  async (page, key) => {
    await rows(page)
    await press(page, 'J')
    await stands(page, '0')
    await press(page, key)
    if (key === 'D') await dialog(page).waitFor()
    else await toast(page, done).waitFor()
  }

const everywhere: Record<string, Does> = {
  'Ctrl K': async (page, key) => {
    await press(page, key)
    await page.getByRole('combobox', { name: ru.palette.placeholder }).waitFor()
  },
  '?': opensDialog,
  'G Q': goes('/queue'),
  'G F': goes('/feed'),
  'G I': goes('/incidents'),
  'G S': goes('/searches'),
  'G R': goes('/rules'),
  'G O': goes('/sources'),
  'G A': goes('/agencies'),
  'G E': goes('/regions'),
  'G P': goes('/people'),
  'G W': goes('/glossary'),
  'G T': goes('/tokens'),
  'G M': goes('/routes'),
  'G D': goes('/presets'),
  'G L': goes('/log'),
  'G H': goes('/status'),
  'G U': goes('/profile'),
}
const list: Record<string, Does> = { J: down, K: up }
const decisions: Record<string, Does> = {
  S: decidesThere(ru.done.spam),
  N: decidesThere(ru.done.not_ours),
  D: decidesThere(''),
  U: async (page, key) => {
    await decidesThere(ru.done.spam)(page, 'S')
    await press(page, key)
    await toast(page, ru.done.undo).waitFor()
  },
}
const feed: Record<string, Does> = {
  '/': focuses(ru.feed.box),
  P: async (page, key) => {
    await press(page, key)
    await page.getByRole('status').filter({ hasText: ru.feed.paused }).waitFor()
    await press(page, key)
    await page.getByRole('status').filter({ hasText: ru.feed.live }).waitFor()
  },
  N: async (page, key) => {
    await page.getByRole('status').filter({ hasText: ru.feed.live }).waitFor()
    await press(page, 'P')
    const text = `Новая вода ${++serial}`
    stage.server.news.write(text)
    await stage.server.read(source)
    await button(page, ru.feed.show(1)).waitFor()
    await press(page, key)
    await post(page, text).waitFor()
  },
  ...list,
  '↓': down,
  '↑': up,
  Enter: async (page, key) => {
    await rows(page)
    await press(page, 'J')
    await stands(page, '0')
    await press(page, key)
    await page.locator('aside article').waitFor()
  },
  'G G': async (page, key) => {
    await rows(page)
    for (let i = 0; i < 4; i++) await press(page, 'J')
    await stands(page, '3')
    await press(page, key)
    await stands(page, '0')
  },
}

interface Place {
  name: string
  path(): string | Promise<string>
  who?: () => Person
  /** Besides those that work everywhere. */
  keys: Record<string, Does>
}

const places: Place[] = [
  { name: 'feed', path: () => '/feed', keys: feed },
  {
    name: 'feed with a post',
    path: () => '/feed?post=telegram:2100000500/2',
    keys: {
      ...feed,
      ...{ J: beside(1), K: beside(-1), '↓': beside(1), '↑': beside(-1), Enter: beside(0) },
      'G G': async (page, key) => {
        await rows(page)
        const first = (await page.locator('[data-row="0"] [lang]').textContent()) ?? ''
        await press(page, key)
        await page.locator('aside article').getByText(first.slice(0, 12)).first().waitFor()
      },
      Esc: async (page, key) => {
        await page.locator('aside article').waitFor()
        await press(page, key)
        await eventually(async () => expect(await page.locator('aside article').count()).toBe(0))
      },
      I: opensDialog,
    },
  },
  { name: 'queue', path: lists('/queue'), keys: { ...list, ...decisions } },
  { name: 'incidents', path: lists('/incidents'), keys: { ...list, ...decisions } },
  { name: 'board', path: lists('/incidents?view=board'), keys: { ...list, ...decisions } },
  {
    name: 'a new incident',
    path: fresh,
    keys: {
      E: opensDialog,
      A: opensDialog,
      S: decides(ru.states.spam),
      N: decides(ru.states.not_ours),
      D: opensDialog,
      C: focuses(ru.incident.comments.internal),
    },
  },
  {
    name: 'an incident that was put aside',
    path: async () => {
      const number = await stage.server.open(`${++serial}`)
      await stage.server.give(number, 'spam')
      return `/incidents/${number}`
    },
    keys: { E: decides(ru.states.new), U: decides(ru.states.new), C: focuses(ru.incident.comments.internal) },
  },
  {
    name: "an executor's incident",
    path: async () => {
      const number = await stage.server.open(`${++serial}`)
      await stage.server.give(number, 'assign', { agency })
      await stage.server.give(number, 'accept', {}, executor)
      return `/incidents/${number}`
    },
    who: () => executor,
    keys: {
      E: focuses(ru.incident.draftText),
      W: focuses(ru.incident.draftText),
      R: opensDialog,
      C: focuses(ru.incident.comments.internal),
    },
  },
  { name: 'searches', path: () => '/searches', keys: { '/': focuses(ru.searches.find), C: opensDialog } },
  { name: 'rules', path: () => '/rules', keys: { '/': focuses(ru.rules.find), C: opensDialog } },
  {
    name: 'routes',
    path: async () => {
      const { version } = await stage.server.call<{ version: number }>('GET', `/routes/${region}`)
      const routes = ['Вода', 'Свет'].map(name => ({ name, when: { severities: ['normal'] }, agency }))
      await stage.server.call('PUT', `/routes/${region}`, { version, tree: { name: '', when: {}, routes } })
      return `/routes?region=${region}`
    },
    keys: {
      J: down,
      K: up,
      C: async (page, key) => {
        await rows(page)
        await opensDialog(page, key)
      },
      'Shift ↑': reorders('Свет', ['Свет', 'Вода']),
      'Shift ↓': reorders('Вода', ['Свет', 'Вода']),
      'Shift →': reorders('Свет', ['Вода', '  Свет']),
      'Shift ←': async (page, key) => {
        await reorders('Свет', ['Вода', '  Свет'])(page, 'Shift →')
        await reorders('Свет', ['Вода', 'Свет'])(page, key)
      },
      X: reorders('Свет', ['Вода']),
      U: async (page, key) => {
        await reorders('Свет', ['Вода'])(page, 'X')
        await reorders('Вода', ['Вода', 'Свет'])(page, key)
      },
      'Ctrl S': async (page, key) => {
        await reorders('Свет', ['Вода'])(page, 'X')
        await press(page, key)
        await toast(page, ru.routes.saved).waitFor()
      },
    },
  },
  { name: 'presets', path: () => `/presets?region=${region}`, keys: { C: opensDialog } },
  { name: 'sources', path: () => '/sources', keys: { '/': focuses(ru.sources.find), C: opensDialog } },
  { name: 'agencies', path: () => '/agencies', keys: { '/': focuses(ru.agencies.find), C: opensDialog } },
  { name: 'regions', path: () => '/regions', keys: { '/': focuses(ru.regions.find), ...list } },
  {
    name: 'glossary',
    path: () => '/glossary',
    keys: {
      'Ctrl S': async (page, key) => {
        await page.getByRole('textbox', { name: ru.glossary.text }).fill(`ковид${++serial}`)
        await press(page, key)
        await toast(page, ru.glossary.saved).waitFor()
      },
    },
  },
  { name: 'people', path: () => '/people', keys: { C: opensDialog, ...list } },
  { name: 'tokens', path: () => '/tokens', keys: { C: opensDialog } },
]

/** A list with something in it. */
function lists(path: string): () => Promise<string> {
  return async () => {
    for (let i = 0; i < 2; i++) await stage.server.open(`${++serial}`)
    return path
  }
}

async function fresh(): Promise<string> {
  return `/incidents/${await stage.server.open(`${++serial}`)}`
}

/** Pressed on a node of the tree of routes, it leaves the tree so; what is inside of another is moved in. */
function reorders(node: string, after: string[]): Does {
  const nodes = (page: Page) =>
    page
      .locator('[data-path]:not([data-path="root"])')
      .evaluateAll(all =>
        all.map(e => '  '.repeat((e.getAttribute('data-path') ?? '').split('.').length - 1) + e.textContent?.trim()),
      )
  return async (page, key) => {
    await rows(page)
    await eventually(async () => {
      if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === node) return
      await press(page, 'J')
      throw new Error(`${node} is not reached`)
    })
    await press(page, key)
    await eventually(async () => expect(await nodes(page)).toEqual(after))
  }
}

/** Beside an open post, moving opens the next one. */
function beside(step: number): Does {
  return async (page, key) => {
    await page.locator('aside article').getByText('дом 2').first().waitFor()
    await press(page, key)
    await page
      .locator('aside article')
      .getByText(`дом ${2 + step}`)
      .first()
      .waitFor()
  }
}

describe('every key that the help lists does something', () => {
  test.each(places)('$name', async ({ path, who, keys }) => {
    const { server } = stage
    const page = await stage.open(who?.() ?? admin, await path())
    const all = await listed(page)
    const own = all.filter(k => !(k in everywhere))
    expect(
      own.filter(k => !(k in keys) && !(k in list)),
      'listed, and not known to this test',
    ).toEqual([])
    expect(
      Object.keys(keys).filter(k => !own.includes(k)),
      'known to this test, and not listed',
    ).toEqual([])
    for (const [key, does] of Object.entries(keys)) {
      // A page of its own: one with edits would ask before it is left.
      const own = await page.context().newPage()
      await own.goto(server.base + (await path()))
      await own.locator('main h1').waitFor({ state: 'attached' })
      await does(own, key).catch(err => {
        throw new Error(`${key}: ${err.message}`, { cause: err })
      })
      await own.close()
    }
  })

  test('from everywhere', async () => {
    const page = await stage.open(admin, '/profile')
    expect(new Set(await listed(page))).toEqual(new Set(Object.keys(everywhere)))
    for (const [key, does] of Object.entries(everywhere)) {
      await does(page, key)
      await page.keyboard.press('Escape')
      await eventually(async () => expect(await dialog(page).count()).toBe(0))
    }
  })
})

test('keys go by their place, and leave whoever types in peace', async () => {
  const page = await stage.open(admin, '/feed')
  await page.locator('[data-row]').first().waitFor()
  const russian = (code: string, key: string) =>
    page.evaluate(e => window.dispatchEvent(new KeyboardEvent('keydown', { ...e, bubbles: true })), { code, key })
  await russian('KeyJ', 'о')
  await stands(page, '0')
  await page.keyboard.press('/')
  await page.keyboard.type('jpn?')
  expect(await page.getByRole('textbox', { name: ru.feed.box }).inputValue()).toBe('jpn?')
  expect(await dialog(page).count()).toBe(0)
  await page.keyboard.press('Escape')

  await page.goto(`${stage.server.base}/profile`)
  await page.getByRole('switch', { name: ru.profile.keys }).click({ force: true })
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.keyboard.press('?')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: ru.palette.placeholder }).waitFor()
  expect(at(page)).toBe('/profile')
  expect(await dialog(page).count(), 'the palette alone').toBe(1)
})

test('the palette finds sections, incidents, searches and words', async () => {
  const { server } = stage
  const page = await stage.open(admin, '/profile')
  const find = async (typed: string, option: string) => {
    await page.keyboard.press('Control+k')
    const box = page.getByRole('combobox', { name: ru.palette.placeholder })
    await box.fill(typed)
    await page.getByRole('option', { name: option }).first().waitFor()
    for (let i = 0; i < 20; i++) {
      if ((await page.locator('[role="option"][aria-selected="true"]').textContent())?.includes(option)) break
      await box.press('ArrowDown')
    }
    await box.press('Enter')
    await eventually(async () => expect(await dialog(page).count()).toBe(0))
  }
  await find('люд', ru.nav.people)
  await page.waitForURL(`${server.base}/people`)
  await find('№ 2', ru.palette.incident('2'))
  await page.waitForURL(`${server.base}/incidents/2`)
  await find('вод', 'Вода')
  await page.waitForURL(u => u.searchParams.get('q') === 'вода')
  await find('нет тепла', ru.palette.find('нет тепла'))
  await page.waitForURL(u => u.searchParams.get('q') === 'нет тепла')
  await find('тём', ru.nav.theme)
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
  await find('english', 'English')
  await page.getByRole('link', { name: 'Incidents', exact: true }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
})
