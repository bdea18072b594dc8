import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Command, Incident, IncidentView } from '@/api/types'
import { undoable } from './commands'
import { give, held, leads } from './give'

/** A request that waits for the test to answer it. */
interface Asked {
  path: string
  body: Record<string, unknown>
  answer(status: number, body: object): void
}

let asked: Asked[] = []
let onAsked: (() => void) | undefined
let stop: () => void

beforeEach(async () => {
  asked = []
  const server = createServer((req, res: ServerResponse) => {
    let text = ''
    req.on('data', chunk => {
      text += chunk
    })
    req.on('end', () => {
      asked.push({
        path: req.url ?? '',
        body: JSON.parse(text),
        answer: (status, body) => {
          res.writeHead(status, { 'Content-Type': 'application/json' })
          res.end(JSON.stringify(body))
        },
      })
      onAsked?.()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  vi.stubGlobal('location', { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  stop = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
})

/** The next request that the server has not answered. */
const request = async (n = 0): Promise<Asked> => {
  while (asked.length <= n)
    await new Promise<void>(resolve => {
      onAsked = resolve
    })
  return asked[n] as Asked
}

const incident = (number: number, change: Partial<Incident> = {}) =>
  ({ number, version: 3, state: 'triage', title: `№ ${number}`, allowed: [...undoable], ...change }) as Incident

/** A page that shows two incidents in a list, and the first of them opened. */
function page(...incidents: Incident[]) {
  const client = new QueryClient()
  const list = ['incidents', { open: 'true' }, 100]
  client.setQueryData(list, { pages: [{ items: incidents, next: '' }], pageParams: [''] })
  client.setQueryData(['incident', incidents[0]?.number], { ...incidents[0], events: [], audiences: [] })
  return {
    client,
    state: (number: number) => held(client, number)?.state,
    opened: () => client.getQueryData<IncidentView>(['incident', incidents[0]?.number])?.state,
  }
}

const decisions: [Command, string, object][] = [
  ['spam', 'spam', {}],
  ['not_ours', 'not_ours', {}],
  ['duplicate', 'duplicate', { of: 2 }],
]

describe.each(decisions)('%s', (command, state, details) => {
  it('is shown at once, and then as the server has it', async () => {
    const { client, ...p } = page(incident(1), incident(2))
    const done = give(client, incident(1), command, details)
    const r = await request()
    expect([p.state(1), p.opened(), p.state(2)]).toEqual([state, state, 'triage'])
    expect(r.path).toBe(`/api/v1/incidents/1/${command}`)
    expect(r.body).toEqual({ ...details, version: 3 })
    r.answer(200, { ...incident(1), version: 4, state, before: 'triage', events: [{ id: 1 }], audiences: [] })
    expect((await done).version).toBe(4)
    expect(held(client, 1)).toMatchObject({ version: 4, state, before: 'triage' })
    expect(held(client, 1)).not.toHaveProperty('events')
  })

  it('is taken back when the server refuses', async () => {
    const { client, ...p } = page(incident(1), incident(2))
    const done = give(client, incident(1), command, details)
    const r = await request()
    r.answer(409, { status: 409, title: 'Уже изменено' })
    await expect(done).rejects.toMatchObject({ status: 409 })
    expect([p.state(1), p.opened()]).toEqual(['triage', 'triage'])
  })

  it('is undone at once, and the undo taken back when refused', async () => {
    const decided = incident(1, { state, before: 'assigned', allowed: ['undo'] })
    const { client, ...p } = page(decided, incident(2))
    const done = give(client, decided, 'undo', {})
    const r = await request()
    expect(r.path).toBe('/api/v1/incidents/1/undo')
    expect([p.state(1), p.opened()]).toEqual(['assigned', 'assigned'])
    r.answer(503, { status: 503, title: 'Недоступно' })
    await expect(done).rejects.toMatchObject({ status: 503 })
    expect([p.state(1), p.opened()]).toEqual([state, state])
  })
})

it('takes back its own decision only', async () => {
  const { client, ...p } = page(incident(1), incident(2))
  const first = give(client, incident(1), 'spam', {})
  await request()
  const second = give(client, incident(2), 'not_ours', {})
  const r = await request(1)
  asked[0]?.answer(500, { status: 500 })
  await expect(first).rejects.toThrow()
  expect([p.state(1), p.state(2)]).toEqual(['triage', 'not_ours'])
  r.answer(200, { ...incident(2), state: 'not_ours', version: 4 })
  await second
})

it('comments at any version, and moves nothing', async () => {
  const { client, ...p } = page(incident(1))
  const done = give(client, incident(1), 'comment', { text: 'звонили', audience: 'internal' })
  const r = await request()
  expect([r.path, r.body]).toEqual(['/api/v1/incidents/1/comments', { text: 'звонили', audience: 'internal' }])
  expect(p.state(1)).toBe('triage')
  r.answer(200, incident(1))
  await done
})

it('knows where every decision leads, and the way back', () => {
  for (const c of undoable) expect(leads(incident(1), c)).toBe(c)
  expect(leads(incident(1, { state: 'spam', before: 'returned' }), 'undo')).toBe('returned')
  expect(leads(incident(1, { state: 'spam' }), 'undo')).toBeUndefined()
})
