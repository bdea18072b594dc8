import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { spoken } from './client'
import type { ServerEvent } from './events'
import { follow, whileSeen } from './live'

const GATHER = 300 // ms in which changes are gathered before anything is read
const REST = 3000 // ms between two readings: a list reads all of its pages
const HIDDEN = 10_000 // ms after which a tab that nobody sees lets its stream go
const LINGER = 10_000 // ms after the last page that shows incidents
const YOUNG = 2000 // ms: what was read just before the stream began is not read again

/** What a gatherer says has changed. */
export interface Changed {
  numbers: number[]
  all: boolean
}

/** gather makes one word of many that come at once, and lets some time pass between two. */
export function gather(tell: (c: Changed) => void, now: () => number = Date.now) {
  const numbers = new Set<number>()
  let all = false
  let last = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = () => {
    timer = undefined
    last = now()
    const c = { numbers: [...numbers], all }
    numbers.clear()
    all = false
    tell(c)
  }
  return {
    /** A number, or everything. */
    put(number?: number): void {
      if (number === undefined) all = true
      else numbers.add(number)
      timer ??= setTimeout(flush, Math.max(GATHER, last + REST - now()))
    },
    stop(): void {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

/** numberOf reads an event: of which incident it is; undefined for all of them; false for none. */
export function numberOf(e: ServerEvent): number | undefined | false {
  if (e.event === 'everything') return undefined
  if (e.event !== 'change') return false
  const { number } = JSON.parse(e.data) as { number: number }
  return number
}

const lists = [['incidents'], ['agencies', 'load']]

/** catchUp reads anew what may have changed while nobody listened: that is not told. */
function catchUp(client: QueryClient): void {
  const before = Date.now() - YOUNG
  for (const queryKey of [...lists, ['incident']])
    client.invalidateQueries({ queryKey, predicate: q => q.state.dataUpdatedAt < before })
}

/** What the screen shows is being read: that is let come to its end, or a long list would never get to its next page. */
const busy = (client: QueryClient): boolean => client.isFetching({ queryKey: ['incidents'] }) > 0

const LONG = 5 // pages

/** All pages of a list are read anew: of one that somebody scrolled far down, only now and then. */
const long = (data: unknown): boolean => ((data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) > LONG

/** read has what is on the screen of changed incidents read anew, and all else when it is shown again. */
function read(client: QueryClient, { numbers, all }: Changed): void {
  for (const queryKey of lists) client.invalidateQueries({ queryKey, predicate: q => !long(q.state.data) })
  if (all) client.invalidateQueries({ queryKey: ['incident'] })
  else for (const n of numbers) client.invalidateQueries({ queryKey: ['incident', n] })
}

// One stream for the whole tab, however many of its parts show incidents.
let users = 0
let listening = false
let end: (() => void) | undefined

/** How often incidents are read anew: seldom while a stream says when they change, and where all of many pages are. */
export const incidentsEvery = (q?: { state: { data?: unknown } }): number =>
  long(q?.state.data) ? 120_000 : listening ? 30_000 : 15_000

function listen(client: QueryClient): () => void {
  const changes = gather(c => {
    if (!busy(client)) return read(client, c)
    if (c.all) changes.put()
    for (const n of c.numbers) changes.put(n)
  })
  const unseen = whileSeen(HIDDEN, signal => {
    signal.addEventListener('abort', () => {
      listening = false
    })
    void follow(
      {
        url: '/api/v1/incidents/stream',
        headers: { 'Accept-Language': spoken() },
        onState: s => {
          listening = s === 'open' && !signal.aborted
          if (listening) catchUp(client)
        },
        onEvent: e => {
          const n = numberOf(e)
          if (n !== false) changes.put(n)
        },
      },
      signal,
    )
  })
  return () => {
    unseen()
    changes.stop()
  }
}

/** useFreshIncidents keeps the incidents that a page shows as they are on the server. */
export function useFreshIncidents(): void {
  const client = useQueryClient()
  useEffect(() => {
    users++
    end ??= listen(client)
    return () => {
      users--
      setTimeout(() => {
        if (users > 0) return
        end?.()
        end = undefined
      }, LINGER)
    }
  }, [client])
}
