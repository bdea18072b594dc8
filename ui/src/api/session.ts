/**
 * Signing in, people and one's own account: the one place that knows these
 * addresses.
 */
import { api, ask, data } from './client'
import type { Action, List, Role } from './types'

export interface SignIn {
  setup_needed: boolean
  oidc: { id: string; name: string }[]
  installation: Installation
}

export interface Installation {
  name: string
  collects?: { network: string; sources?: number }[]
  regions?: { code: string; name: string; name_en?: string }[]
  retention?: { class: string; days: number }[]
  contact?: string
}

export interface Me {
  id: number
  name: string
  role: Role
  regions: string[]
  /** An executor's. */
  agencies: number[]
  sealed: boolean
  actions: Action[]
  login?: string
  language?: 'ru' | 'en'
  totp?: boolean
}

export interface Session {
  id: string
  current: boolean
  created_at: string
  seen_at: string
  address?: string
  agent?: string
}

export interface Person {
  id: number
  version?: number
  name: string
  login: string
  role: Role
  regions: string[]
  /** An executor's. */
  agencies: number[] | null
  sealed: boolean
  active: boolean
  totp?: boolean
  last_seen?: string | null
}

export interface PersonDraft {
  name: string
  login: string
  role: Role
  regions: string[]
  agencies?: number[] | undefined
  sealed: boolean
  active?: boolean
  password?: string | undefined
  version?: number | undefined
}

export const signInPage = () => ask<SignIn>('GET', '/api/v1/sign-in')
export const setUp = (body: { name: string; login: string; password: string }) =>
  ask<void>('POST', '/api/v1/setup', body)
export const signIn = (body: { login: string; password: string; code?: string | undefined }) =>
  ask<void>('POST', '/api/v1/session', body)
export const signOut = () => ask<void>('DELETE', '/api/v1/session')
export const oidcAddress = (id: string) => `/auth/oidc/${encodeURIComponent(id)}`

export async function me(): Promise<Me> {
  const m = await data(api.GET('/api/v1/me'))
  return {
    ...m,
    role: m.role as Role,
    regions: m.regions ?? [],
    agencies: m.agencies ?? [],
    actions: (m.actions ?? []) as Action[],
  }
}

export const sessions = async () => (await ask<List<Session>>('GET', '/api/v1/sessions')).items ?? []
export const endSession = (id: string) => ask<void>('DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`)
export const changePassword = (body: { old: string; new: string }) => ask<void>('PUT', '/api/v1/me/password', body)
export const startTotp = () => ask<{ secret: string; uri: string }>('POST', '/api/v1/me/totp')
export const confirmTotp = (code: string) => ask<{ codes: string[] }>('POST', '/api/v1/me/totp/confirm', { code })
export const endTotp = () => ask<void>('DELETE', '/api/v1/me/totp')

export const people = async () => (await ask<List<Person>>('GET', '/api/v1/people?limit=500')).items ?? []
export const addPerson = (body: PersonDraft) => ask<Person>('POST', '/api/v1/people', body)
export const changePerson = (id: number, body: PersonDraft) => ask<Person>('PUT', `/api/v1/people/${id}`, body)
