import createClient from 'openapi-fetch'
import { localZone } from '@/lib/dates'
import { ApiError, problemOf } from './errors'
import type { paths } from './schema'

let language = 'ru'

/** speak sets the language in which the API answers. */
export function speak(l: string): void {
  language = l
}

export const spoken = (): string => language

/** Every request: a limit of time, the language, the reader's days, and no answer from a cache. */
async function bounded(request: Request): Promise<Response> {
  const headers = new Headers(request.headers)
  headers.set('Accept-Language', language)
  return fetch(
    new Request(inZone(request), { headers, signal: AbortSignal.any([request.signal, AbortSignal.timeout(40_000)]) }),
  )
}

/** inZone says whose days since: and until: of a query mean: those that the page shows. */
export function inZone(request: Request, zone = localZone()): Request {
  const url = new URL(request.url)
  if (request.method !== 'GET' || !url.pathname.startsWith('/api/v1/posts') || !url.searchParams.get('query'))
    return request
  if (!url.searchParams.has('zone')) url.searchParams.set('zone', zone)
  return new Request(url, request)
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  fetch: bounded,
  querySerializer: { array: { style: 'form', explode: false } },
})

interface Answer<T> {
  data?: T | undefined
  error?: unknown
  response: Response
}

/** data gives what a request answered, or throws an ApiError. */
export async function data<T>(request: Promise<Answer<T>>): Promise<T> {
  let a: Answer<T>
  try {
    a = await request
  } catch (err) {
    if (err instanceof DOMException && err.name === 'AbortError') throw err
    throw new ApiError(0)
  }
  if (!a.response.ok) throw new ApiError(a.response.status, problemOf(a.error))
  return a.data as T
}

/** ask is for addresses that are made of parts, as those of commands. */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  let r: Response
  try {
    r = await bounded(
      new Request(new URL(path, api_origin()), {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      }),
    )
  } catch {
    throw new ApiError(0)
  }
  const type = r.headers.get('Content-Type') ?? ''
  const answer: unknown = /json/.test(type) ? await r.json().catch(() => undefined) : undefined
  if (!r.ok) throw new ApiError(r.status, problemOf(answer))
  return answer as T
}

const api_origin = (): string => (typeof location === 'undefined' ? 'http://localhost' : location.origin)
