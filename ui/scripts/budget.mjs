// What a first visit loads in script, gzipped: the entry with what it imports,
// the dictionary, and the page one lands on. Fails above the budget.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const budget = 250 * 1024
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'))
const sizes = new Map()
const size = file => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(dist + file), { level: 9 }).length)
  return sizes.get(file)
}

/** The files of a part with everything it imports at once. */
function files(key, seen = new Set()) {
  const part = manifest[key]
  if (!part || seen.has(part.file)) return seen
  if (part.file.endsWith('.js')) seen.add(part.file)
  for (const i of part.imports ?? []) files(i, seen)
  return seen
}

const entry = files('index.html')
entry.add('early.js')
let worst = 0
for (const page of ['signin/SignIn', 'queue/Queue', 'feed/Feed', 'incidents/Incidents', 'incident/Incident']) {
  for (const language of ['ru', 'en']) {
    const all = new Set(entry)
    for (const key of [`src/features/${page}.tsx`, `src/i18n/${language}.ts`]) {
      if (!manifest[key]) throw new Error(`${key} is not in the manifest`)
      for (const f of files(key)) all.add(f)
    }
    const sum = [...all].reduce((n, f) => n + size(f), 0)
    worst = Math.max(worst, sum)
    console.log(`${(sum / 1024).toFixed(1).padStart(8)} KB  ${page} (${language}), ${all.size} files`)
  }
}
console.log(`${(worst / 1024).toFixed(1).padStart(8)} KB  the most, of ${budget / 1024} KB`)
if (worst > budget) process.exit(1)
