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

  /** What is wrong with the fields, by their last name: body.name → name. */
  get fields(): Record<string, string> {
    const out: Record<string, string> = {}
    for (const e of this.problem.errors ?? []) {
      const name = e.location.replace(/^(body|query|path)\./, '').replace(/\[\d+\]$/, '')
      out[name] = out[name] ? `${out[name]}; ${e.message}` : e.message
    }
    return out
  }
}

/** problemOf reads the body of a failed answer, whatever it is. */
export function problemOf(body: unknown): Partial<Problem> {
  if (typeof body !== 'object' || body === null) return {}
  return body as Partial<Problem>
}

export function asApiError(err: unknown): ApiError {
  return err instanceof ApiError ? err : new ApiError(0, { detail: err instanceof Error ? err.message : '' })
}
