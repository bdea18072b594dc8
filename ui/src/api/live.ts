import { ApiError, problemOf } from './errors'
import { EventParser, type ServerEvent } from './events'

export type LiveState = 'connecting' | 'open' | 'waiting' | 'stopped'

export interface Live {
  url: string
  headers?: Record<string, string>
  /** Where the reader is; follow moves it on. '' is "from now". */
  position?: { at: string }
  onEvent(e: ServerEvent): void
  onState(s: LiveState, error?: ApiError): void
  /** Silence after which a connection counts as dead, in ms. */
  silence?: number
}

const FIRST = 1000
const LONGEST = 30_000

/**
 * follow reads a stream until the signal ends it. It comes back after every
 * loss with the position of the last event, waiting longer each time, and at
 * once when the machine is online again. A refusal that trying again can't
 * mend (bad query, signed out) ends it: state "stopped", with the error.
 */
export async function follow(live: Live, signal: AbortSignal): Promise<void> {
  const position = live.position ?? { at: '' }
  let wait = FIRST
  while (!signal.aborted) {
    live.onState('connecting')
    const parser = new EventParser()
    let error: ApiError | undefined
    try {
      await read(live, position, parser, signal, () => {
        wait = FIRST
      })
    } catch (err) {
      if (signal.aborted) return
      error = err instanceof ApiError ? err : new ApiError(0)
    }
    if (signal.aborted) return
    if (error && !error.passing) {
      live.onState('stopped', error)
      return
    }
    live.onState('waiting', error)
    await pause(parser.retry ?? wait * (0.75 + Math.random() / 2), signal)
    wait = Math.min(wait * 2, LONGEST)
  }
}

async function read(
  live: Live,
  position: { at: string },
  parser: EventParser,
  signal: AbortSignal,
  opened: () => void,
): Promise<void> {
  const silent = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const alive = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silent.abort(), live.silence ?? 45_000)
  }
  alive()
  try {
    const r = await fetch(live.url, {
      headers: {
        Accept: 'text/event-stream',
        ...live.headers,
        ...(position.at ? { 'Last-Event-ID': position.at } : {}),
      },
      signal: AbortSignal.any([signal, silent.signal]),
      cache: 'no-store',
    })
    if (!r.ok || !r.body) throw new ApiError(r.status, problemOf(await r.json().catch(() => undefined)))
    live.onState('open')
    const reader = r.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      alive()
      opened()
      for (const e of parser.push(value)) live.onEvent(e)
      position.at = parser.lastId || position.at
    }
  } finally {
    clearTimeout(timer)
  }
}

/** pause waits, but not past the moment when the machine is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      globalThis.removeEventListener?.('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    globalThis.addEventListener?.('online', done)
  })
}

/**
 * whileSeen runs something while the tab is seen, and for some time after: its
 * signal ends then. It gives what ends it for good.
 */
export function whileSeen(after: number, run: (signal: AbortSignal) => void): () => void {
  let stop: AbortController | undefined
  let hiding: ReturnType<typeof setTimeout> | undefined
  const seen = () => {
    clearTimeout(hiding)
    if (document.hidden) {
      hiding = setTimeout(() => stop?.abort(), after)
    } else if (!stop || stop.signal.aborted) {
      stop = new AbortController()
      run(stop.signal)
    }
  }
  seen()
  document.addEventListener('visibilitychange', seen)
  return () => {
    document.removeEventListener('visibilitychange', seen)
    clearTimeout(hiding)
    stop?.abort()
  }
}
