import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { pages, visit } from '../scripts/pages.mjs'
import { stage as people } from '../scripts/stage.mjs'
import { Data, wrong } from './harness/language.ts'
import { artefacts, setStage } from './harness/stage.ts'

/**
 * How every page looks: in both themes and both languages, to people who see
 * badly, and to those whom movement makes sick. What the pages are is told by
 * scripts/pages.mjs, which a unit test holds against the routes.
 */
let cookie = ''
const stage = setStage(async ({ server }) => {
  await people(server.base)
  cookie = await server.signIn('admin', 'Тихая гавань на Чехова 7')
}, 'demo')

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

test('every page in both themes, and in Russian', { timeout: 600_000 }, async () => {
  mkdirSync(artefacts, { recursive: true })
  const problems = await all('ru', async (page, name, data) => {
    const picture = (theme: string) => page.screenshot({ path: join(artefacts, `${name}-${theme}.png`) })
    await page.evaluate(() => document.fonts.ready)
    await page.evaluate(axe)
    const said = [...(await moving(page)), ...(await wrong('ru', page, data))]
    await picture('light')
    said.push(...(await broken(page, levels)))
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.waitForSelector('html[data-mantine-color-scheme="dark"]')
    await picture('dark')
    said.push(...(await broken(page, { type: 'rule', values: ['color-contrast'] })))
    await page.emulateMedia({ colorScheme: 'light' })
    return said
  })
  expect(problems).toEqual([])
})

test('every page in English', { timeout: 600_000 }, async () => {
  const problems = await all('en', async (page, _name, data) => wrong('en', page, data))
  expect(problems).toEqual([])
})

/** Goes through all pages in two windows, and gives what was found, each once with the pages that have it. */
async function all(
  language: 'ru' | 'en',
  look: (page: Page, name: string, data: Data) => Promise<string[]>,
): Promise<string[]> {
  const rest = [...pages]
  const problems = new Map<string, string[]>()
  const window = async () => {
    const page = await stage.open({ cookie }, '/about', { language })
    const data = new Data(page)
    for (let p = rest.shift(); p; p = rest.shift()) {
      data.begin(p[1])
      await visit(page, stage.server.base, [p[0], p[1], p[2], p[3]])
      for (const found of await look(page, p[0], data)) problems.set(found, [...(problems.get(found) ?? []), p[0]])
    }
  }
  await Promise.all([window(), window()])
  return [...problems].map(([found, on]) => `${on.join(', ')}: ${found}`)
}

/** What axe finds. */
function broken(page: Page, only: string[] | object): Promise<string[]> {
  return page.evaluate(async only => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document, {
      runOnly: only,
      // Dialogs and toasts stand outside of landmarks by their nature.
      rules: { region: { enabled: false } },
    })
    return violations.map(
      v => `${v.id}: ${v.help}: ${v.nodes.map(n => n.html.replace(/ id="[^"]*"/, '').slice(0, 160)).join(' ')}`,
    )
  }, only)
}

interface Axe {
  run(on: Document, how: object): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>
}

/** What moves although the person asked for less of it. */
function moving(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document
      .getAnimations()
      .filter(a => a.playState === 'running')
      .map(a => `moves: ${(a.effect as KeyframeEffect | null)?.target?.outerHTML.slice(0, 120)}`),
  )
}
