import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { ApiError } from './errors'
import { follow, type LiveState } from './live'

type Handler = (req: IncomingMessage, res: ServerResponse) => void
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

async function serve(handlers: Handler[]): Promise<string> {
  let n = 0
  const server = createServer((req, res) => handlers[Math.min(n++, handlers.length - 1)]?.(req, res))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const streamed =
  (text: string, close: boolean): Handler =>
  (_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' })
    res.write(text)
    if (close) res.end()
  }

it('resumes where it was after a loss, and after a server that is not ready', async () => {
  const asked: (string | undefined)[] = []
  const noting =
    (h: Handler): Handler =>
    (req, res) => {
      asked.push(req.headers['last-event-id'] as string | undefined)
      h(req, res)
    }
  const url = await serve([
    noting(streamed('retry: 5\n\nid: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: half', true)),
    noting((_, res) => res.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('retry: 5\n\n')),
    noting(streamed('id: 3\ndata: c\n\n', false)),
  ])
  const stop = new AbortController()
  const got: string[] = []
  await follow(
    {
      url,
      position: { at: '0' },
      onEvent: e => {
        got.push(e.data)
        if (e.data === 'c') stop.abort()
      },
      onState: () => {},
    },
    stop.signal,
  )
  expect(got).toEqual(['a', 'b', 'c'])
  expect(asked).toEqual(['0', '2', '2'])
})

it('stops at a refusal that waiting cannot mend', async () => {
  const url = await serve([
    (_, res) =>
      res
        .writeHead(422, { 'Content-Type': 'application/problem+json' })
        .end('{"title":"bad","errors":[{"location":"query.query","message":"x","offset":3}]}'),
  ])
  const seen: LiveState[] = []
  let error: ApiError | undefined
  await follow(
    {
      url,
      onEvent: () => {},
      onState: (s, e) => {
        seen.push(s)
        error = e ?? error
      },
    },
    new AbortController().signal,
  )
  expect(seen).toEqual(['connecting', 'stopped'])
  expect(error?.status).toBe(422)
  expect(error?.problem.errors?.[0]?.offset).toBe(3)
})

it('takes silence for a loss', async () => {
  const stop = new AbortController()
  const url = await serve([streamed('retry: 5\n\n: \n\n', false), streamed('id: 9\ndata: back\n\n', false)])
  const got: string[] = []
  await follow(
    {
      url,
      silence: 50,
      onEvent: e => {
        got.push(e.data)
        stop.abort()
      },
      onState: () => {},
    },
    stop.signal,
  )
  expect(got).toEqual(['back'])
})
