// Every page of the product in every state that looks different, for pictures,
// for axe and for tests: a name, an address, what to do there before looking,
// and what to prepare before going there. A test holds this list against the
// routes (src/app/pages.test.ts).
//
// They want a demonstration that stage.mjs has peopled, and its administrator.

/** @typedef {[name: string, address: string, act?: (page: any) => Promise<void>, prepare?: (page: any) => Promise<void>]} Look */

/**
 * Goes to a page, waits until it has what it shows, and does what belongs to it.
 * @param {any} page
 * @param {string} base
 * @param {Look} look
 */
export async function visit(page, base, [, path, act, prepare]) {
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await prepare?.(page)
  await page.goto(base + path)
  await page.waitForSelector('h1, [role="alert"]', { state: 'attached' })
  if (prepare === never) await page.waitForSelector('.mantine-Skeleton-root')
  else
    await page
      .waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'), undefined, { timeout: 5000 })
      .catch(() => {})
  await act?.(page)
}

/** @type {Look[]} */
export const pages = [
  ['sign-in', '/sign-in'],
  ['sign-in-wrong', '/sign-in', signInWrongly],
  ['setup', '/setup', undefined, answers('**/api/v1/sign-in', a => ({ ...a, setup_needed: true, setup_code: true }))],
  ['new-password', '/new-password'],
  ['about', '/about'],
  ['not-found', '/nowhere'],
  ['home', '/'],

  ['queue', '/queue'],
  ['queue-loading', '/queue', undefined, never],
  ['queue-empty', '/queue', undefined, answers('**/api/v1/incidents?*', () => ({ items: [], next: '' }))],
  ['queue-error', '/queue', undefined, fails('**/api/v1/incidents?*')],

  ['feed', '/feed'],
  ['feed-search', '/feed?q=отопление'],
  ['feed-post', '/feed?q=отопление', async page => page.locator('[data-row="1"]').click()],
  ['feed-post-media', '/feed', openMedia],
  ['feed-waiting', '/feed', async page => page.keyboard.press('p')],
  ['feed-nothing', '/feed?q=абракадабра'],
  ['feed-wrong-query', '/feed?q=(яма nnet:telegram'],
  ['feed-error', '/feed', undefined, fails('**/api/v1/posts?*')],
  ['feed-loading', '/feed', undefined, never],
  ['feed-help', '/feed', async page => page.locator('form[role="search"] button[aria-expanded]').click()],
  ['feed-region', '/feed', async page => page.locator('main section button[aria-expanded]').nth(1).click()],
  [
    'feed-save',
    '/feed?q=отопление',
    async page => page.locator('main section button:not([aria-label])').last().click(),
  ],
  [
    'feed-open-incident',
    '/feed?q=отопление',
    async page => {
      await page.locator('[data-row="1"]').click()
      await page.waitForSelector('aside article')
      await page.keyboard.press('i')
      await page.waitForSelector('[role="dialog"]')
    },
  ],

  ['incidents', '/incidents'],
  [
    'incidents-all',
    '/incidents?open=all&sort=newest&cols=number,due,state,severity,title,region,agency,posts,opened,updated,curator',
  ],
  ['incidents-none', '/incidents?overdue=true&severity=low&state=review'],
  ['incidents-filter', '/incidents', async page => page.locator('main button[aria-expanded]').nth(1).click()],
  ['incidents-columns', '/incidents', where('main header button[aria-haspopup="menu"]')],
  ['incidents-error', '/incidents', undefined, fails('**/api/v1/incidents?*')],
  ['incidents-loading', '/incidents', undefined, never],
  ['board', '/incidents?view=board'],

  ['incident', '/incidents/1'],
  ['incident-triage', '/incidents?state=new,triage', first],
  ['incident-answered', '/incidents?state=answered', first],
  ['incident-promise', '/incidents?state=on_control', first],
  ['incident-write', '/incidents?state=accepted,draft,rework', on('w')],
  [
    'incident-menu',
    '/incidents?state=assigned',
    then(first, async page => page.locator('main button[aria-haspopup="menu"]').last().click()),
  ],
  ['incident-assign', '/incidents?state=new,triage', on('a', dialog)],
  ['incident-duplicate', '/incidents?state=new,triage', on('d', dialog)],
  ['incident-return', '/incidents?state=assigned', on('r', dialog)],
  ['incident-publish', '/incidents?state=approved', on('e', dialog)],
  ['incident-undo', '/incidents?state=new,triage', on('s', toast), decided('spam')],
  ['incident-refused', '/incidents?state=new,triage', on('s', toast), fails('**/api/v1/incidents/*/spam')],
  ['incident-conflict', '/incidents?state=new,triage', on('s', dialog), conflicts('spam')],
  ['incident-missing', '/incidents/999999'],

  ['searches', '/searches'],
  ['search-new', '/searches', press('c')],
  ['search-edit', '/searches?edit=1', dialog],
  ['search-menu', '/searches', rowMenu],
  ['rules', '/rules'],
  ['rule-new', '/rules', press('c')],
  ['rule-edit', '/rules?edit=1', dialog],
  ['routes', '/routes?region=RU-PRI'],
  ['route-new', '/routes?region=RU-PRI', press('c')],
  ['route-edit', '/routes?region=RU-PRI', then(async page => page.locator('[data-path="0"]').click(), dialog)],
  ['routes-unsaved', '/routes?region=RU-PRI', moveFirst],
  [
    'routes-conflict',
    '/routes?region=RU-PRI',
    then(moveFirst, async page => page.keyboard.press('Control+s'), dialog),
    routeConflicts,
  ],
  ['presets', '/presets?region=RU-PRI'],
  ['preset-new', '/presets?region=RU-PRI', press('c')],
  ['preset-edit', '/presets?region=RU-PRI', then(async page => page.locator('[data-item]').nth(3).click(), dialog)],
  ['sources', '/sources'],
  ['sources-none', '/sources?find=абракадабра'],
  ['source-new', '/sources', press('c')],
  ['agencies', '/agencies'],
  ['agency-new', '/agencies', press('c')],
  ['regions', '/regions'],
  ['glossary', '/glossary'],
  [
    'glossary-wrong',
    '/glossary',
    async page => {
      await page
        .locator('main textarea')
        .fill('# районы\nсемёрка: семёрочка\nУК = управляющая компания\nдва слова\nТСЖ =')
      await page.locator('main input').fill('стали УК')
      await page.locator('main [role="alert"] li').first().waitFor()
    },
  ],
  [
    'glossary-running',
    '/glossary',
    undefined,
    answers('**/api/v1/glossary', a => ({
      ...a,
      revision: 3,
      body: '# районы\nсемёрка: семёрочка\n',
      changed_by: 'Ольга Седова',
      changed_at: new Date().toISOString(),
      in_force: true,
      renewal: {
        state: 'running',
        bucket: 'standard-2026-11',
        buckets_done: 1,
        buckets: 3,
        done: 12340,
        posts: 50000,
        per_second: 300,
        seconds_left: 125,
        error: '',
        at: new Date().toISOString(),
        ended_at: null,
      },
    })),
  ],
  ['glossary-error', '/glossary', undefined, fails('**/api/v1/glossary')],
  ['people', '/people'],
  ['person-new', '/people', press('c')],
  ['person-edit', '/people', then(async page => page.locator('[data-item]').nth(3).click(), dialog)],
  ['tokens', '/tokens'],
  ['token-new', '/tokens', press('c')],
  ['tokens-error', '/tokens', undefined, fails('**/api/v1/tokens*')],
  ['log', '/log'],
  ['log-looks', '/log?view=looks'],
  ['log-nothing', '/log?day=2020-01-01'],
  ['status', '/status'],
  ['status-all', '/status?state=all'],
  ['status-error', '/status', undefined, fails('**/api/v1/status')],
  ['profile', '/profile'],
  ['status', '/status'],

  ['palette', '/queue', press('Control+k')],
  ['palette-typed', '/queue', then(press('Control+k'), async page => page.keyboard.type('инц'))],
  ['help', '/feed', press('Shift+Slash')],
  [
    'menu',
    '/queue',
    async page => {
      const more = page.locator('nav > button[aria-expanded]')
      if (await more.isVisible())
        await more.click() // a phone
      else await page.locator('nav button[aria-haspopup="menu"]').click()
      await page.waitForSelector('[role="menu"], [role="dialog"]')
    },
  ],
]

/** Clicks what a narrow page may not have. */
function where(selector) {
  return async page => {
    const e = page.locator(selector)
    if (await e.isVisible()) await e.click()
  }
}

function then(...acts) {
  return async page => {
    for (const act of acts) await act(page)
  }
}

async function dialog(page) {
  await page.waitForSelector('[role="dialog"]')
}

async function toast(page) {
  await page.waitForSelector('.mantine-Notification-root')
}

function press(key) {
  return async page => {
    await page.keyboard.press(key)
    await dialog(page)
  }
}

/** Opens the first incident of a list. */
async function first(page) {
  await page.locator('main a[href^="/incidents/"]').first().click()
  await page.waitForURL(/\/incidents\/\d+/)
  await page.waitForSelector('#timeline')
}

/** Presses a key on the first incident of a list. */
function on(key, ...acts) {
  return then(first, async page => page.keyboard.press(key), ...acts)
}

/** Moves the first point of the routes down, so that they are unsaved. */
async function moveFirst(page) {
  await page.locator('[data-path="0"]').focus()
  await page.keyboard.press('Shift+ArrowDown')
}

async function rowMenu(page) {
  await page.locator('td button[aria-haspopup="menu"]').first().click()
  await page.waitForSelector('[role="menu"]')
}

/** Opens a post with something attached, where one is in sight. */
async function openMedia(page) {
  const attached = page.locator('[data-row]', { hasText: /влож|file/ })
  await ((await attached.count()) ? attached : page.locator('[data-row]')).first().click()
  await page.waitForSelector('aside article')
}

async function signInWrongly(page) {
  await page.fill('input[name="login"]', 'nobody')
  await page.fill('input[name="password"]', 'not a password of anybody')
  await page.locator('button[type="submit"]').click()
  await page.waitForSelector('[role="alert"]')
}

// How a page looks when the server answers otherwise than it does now. What is
// tested is tested against a real one; here it is only looked at.

/** The page waits for ever. */
async function never(page) {
  await page.route(/\/api\/v1\/(incidents|posts)\?/, () => {})
}

function answers(url, change) {
  return page =>
    page.route(url, async route => {
      const r = await route.fetch()
      await route.fulfill({ response: r, json: change(await r.json()) })
    })
}

function fails(url) {
  return page =>
    page.route(url, route =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ status: 503 }) }),
    )
}

async function changed(route, state) {
  const url = route
    .request()
    .url()
    .replace(/\/[a-z_]+$/, '')
  const r = await route.fetch({ url, method: 'GET', postData: '' })
  const i = await r.json()
  return { ...i, state, version: i.version + 1 }
}

/** A decision is told, and not made. */
function decided(command) {
  return page =>
    page.route(`**/api/v1/incidents/*/${command}`, async route =>
      route.fulfill({ json: await changed(route, command) }),
    )
}

/** Somebody else has saved the routes meanwhile. */
async function routeConflicts(page) {
  let saved = false
  await page.route('**/api/v1/routes/*', async route => {
    if (route.request().method() === 'PUT') {
      saved = true
      await route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ status: 409 }),
      })
      return
    }
    const r = await (await route.fetch()).json()
    const routes = saved ? (r.tree.routes ?? []).slice(1) : r.tree.routes
    await route.fulfill({ json: { ...r, version: r.version + (saved ? 1 : 0), tree: { ...r.tree, routes } } })
  })
}

/** Somebody else was first. */
function conflicts(command) {
  return page =>
    page.route(`**/api/v1/incidents/*/${command}`, async route => {
      const { events, ...current } = await changed(route, 'assigned')
      await route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({ status: 409, current, changes: events.slice(-1) }),
      })
    })
}
