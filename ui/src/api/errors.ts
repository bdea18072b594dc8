import type { Problem } from './types'

/**
 * ApiError is every way in which a request can fail. Status 0: nobody
 * answered.
 */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Partial<Problem>

  constructor(status: number, problem: Partial<Problem> = {}) {
    super(problem.detail || problem.title || `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.problem = problem
  }

  /** Whether trying again later may help, without anything being changed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  /** What is wrong with the fields, by their last name: body.name → name. Each begins as a sentence does. */
  get fields(): Record<string, string> {
    const out: Record<string, string> = {}
    for (const e of this.problem.errors ?? []) {
      const name = e.location.replace(/^(body|query|path)\./, '').replace(/\[\d+\]$/, '')
      out[name] = out[name] ? `${out[name]}; ${e.message}` : sentence(e.message)
    }
    return out
  }
}

/** sentence begins a text with a capital, unless it begins with a name, as that of a field or an address. */
export function sentence(text: string): string {
  const words = /^[а-яё]/.test(text) || /^[a-z-]+(?=[\s,;!?]|$)/.test(text)
  return words ? text.charAt(0).toUpperCase() + text.slice(1) : text
}

/** problemOf reads the body of a failed answer, whatever it is. */
export function problemOf(body: unknown): Partial<Problem> {
  if (typeof body !== 'object' || body === null) return {}
  return body as Partial<Problem>
}

export function asApiError(err: unknown): ApiError {
  return err instanceof ApiError ? err : new ApiError(0, { detail: err instanceof Error ? err.message : '' })
}
