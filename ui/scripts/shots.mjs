// Takes pictures of every page of a running server, for people to look at:
//
//   node scripts/shots.mjs http://127.0.0.1:8080 [--token TOKEN | --login NAME --password PASSWORD]
//                          [--only feed,queue] [--shapes light,dark,small,wide,phone,phonedark]
//                          [--language en] [--out DIR]
//
// They land in artefacts/ as page-shape.png.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, open, options, pages, visit } from './browser.mjs'

const o = options(process.argv)
const out = o.option('out', fileURLToPath(new URL('../artefacts', import.meta.url)))
mkdirSync(out, { recursive: true })
const browser = await launch()
let bad = 0
const complain = text => {
  bad++
  console.error(text)
}
try {
  for (const shape of o.shapes) {
    const { context, page } = await open(browser, shape, o)
    page.on('console', m => {
      if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) complain(`${shape}: ${m.text()}`)
    })
    page.on('pageerror', e => complain(`${shape}: ${e.message}`))
    for (const p of pages) {
      if (o.only.length && !o.only.includes(p[0])) continue
      await visit(page, o.base, p).catch(err => complain(`${p[0]}-${shape}: ${err.message.split('\n')[0]}`))
      await page.waitForTimeout(400) // a picture is for eyes: let it settle
      await page.screenshot({ path: `${out}/${p[0]}-${shape}.png` })
    }
    await context.close()
  }
} finally {
  await browser.close()
}
console.log(`pictures are in ${out}${bad ? `; ${bad} errors` : ''}`)
process.exit(bad ? 1 : 0)
