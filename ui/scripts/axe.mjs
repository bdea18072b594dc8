// Checks every page of a running server against WCAG 2.2 AA with axe, in every
// shape asked for; takes the options of shots.mjs. Fails where axe finds anything.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { launch, open, options, pages, visit } from './browser.mjs'

const o = options(process.argv)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const browser = await launch()
let bad = 0
let passed = 0
try {
  for (const shape of o.shapes) {
    const { context, page } = await open(browser, shape, o)
    for (const p of pages) {
      if (o.only.length && !o.only.includes(p[0])) continue
      try {
        await visit(page, o.base, p)
      } catch (err) {
        bad++
        console.error(`${p[0]} ${shape}: ${err.message.split('\n')[0]}`)
        continue
      }
      await page.waitForTimeout(300)
      await page.evaluate(axe)
      const found = await page.evaluate(() =>
        globalThis.axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
          // Dialogs and toasts stand outside of landmarks by their nature.
          rules: { region: { enabled: false } },
        }),
      )
      for (const v of found.violations) {
        bad++
        console.error(`${p[0]} ${shape}: ${v.id} (${v.impact}): ${v.help}`)
        for (const n of v.nodes.slice(0, 3))
          console.error(`    ${n.html.slice(0, 160)}\n    ${n.failureSummary?.split('\n')[1]?.trim() ?? ''}`)
      }
      if (found.violations.length === 0) passed++
    }
    await context.close()
  }
} finally {
  await browser.close()
}
console.log(`${passed} passed, ${bad} failed`)
process.exit(bad ? 1 : 0)
