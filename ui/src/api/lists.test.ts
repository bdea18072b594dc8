import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { everything, MOST } from './lists'

it('reads to the end', async () => {
  const pages: Record<string, { items: number[]; next: string }> = {
    '': { items: [1, 2], next: 'a' },
    a: { items: [3], next: 'b' },
    b: { items: [], next: '' },
  }
  expect(await everything(async ({ after }) => pages[after ?? ''] ?? { items: null, next: '' })).toEqual([1, 2, 3])
})

it('never for ever', async () => {
  let n = 0
  await everything(async () => ({ items: [n++], next: 'again' }))
  expect(n).toBe(50)
})

const description = new URL('../../../docs/openapi.json', import.meta.url)
it.runIf(existsSync(description))('asks for no longer a page than the API gives', () => {
  interface Parameter {
    name: string
    schema: { maximum?: number }
  }
  const api = JSON.parse(readFileSync(description, 'utf8')) as {
    paths: Record<string, { get?: { parameters?: Parameter[] } }>
  }
  for (const path of ['/api/v1/searches', '/api/v1/sources', '/api/v1/tokens', '/api/v1/me/tokens', '/api/v1/people']) {
    const limit = api.paths[path]?.get?.parameters?.find(p => p.name === 'limit')
    expect(limit?.schema.maximum, path).toBeGreaterThanOrEqual(MOST)
  }
})
