// Makes src/api/schema.d.ts from the API's description. With --check it only
// compares, and fails where the types are stale: the page must not be built
// against an API that is no more.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const here = path => fileURLToPath(new URL(path, import.meta.url))
const args = process.argv.slice(2)
const check = args.includes('--check')
const given = args.find(a => !a.startsWith('--'))
const description = given ?? here('../../docs/openapi.json')
const target = here('../src/api/schema.d.ts')

if (!existsSync(description)) {
  console.error(`types: ${description} is not there`)
  process.exit(1)
}
const made = `// Made by "npm run types" from docs/openapi.json: do not edit.\n\n${astToString(
  await openapiTS(JSON.parse(readFileSync(description, 'utf8'))),
)}`
if (!check) {
  writeFileSync(target, made)
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== made) {
  console.error('types: src/api/schema.d.ts does not fit docs/openapi.json; "npm run types" makes it anew')
  process.exit(1)
}
