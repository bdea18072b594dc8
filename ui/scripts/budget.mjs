// What a first visit loads in script, gzipped; fails above the budget.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const budget = 250 * 1024
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const html = readFileSync(`${dist}index.html`, 'utf8')
const files = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(m => m[1])
let sum = 0
for (const file of new Set(files)) {
  const size = gzipSync(readFileSync(dist + file), { level: 9 }).length
  sum += size
  console.log(`${(size / 1024).toFixed(1).padStart(8)} KB  ${file}`)
}
console.log(`${(sum / 1024).toFixed(1).padStart(8)} KB  first load, of ${budget / 1024} KB`)
if (sum > budget) process.exit(1)
