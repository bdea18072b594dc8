/**
 * Signing in, people and one's own account: the one place that knows these
 * addresses.
 */
import { api, data } from './client'
import { everything, MOST } from './lists'
import type { components } from './schema'
import type { Action, Role } from './types'

type S = components['schemas']

export type SignIn = S['SignInPage']
export type Session = S['Session']
export type Person = S['Person']
export type PersonDraft = S['PersonDraft']

export interface Me {
  id: number
  name: string
  role: Role
  regions: string[]
  /** An executor's. */
  agencies: number[]
  sealed: boolean
  actions: Action[]
  login?: string | undefined
  email?: string | undefined
  /** Missing for services. */
  language?: 'ru' | 'en' | undefined
  totp: boolean
  has_password: boolean
}

export const signInPage = () => data(api.GET('/api/v1/sign-in'))
/** Makes the first administrator and signs them in. */
export const setUp = (body: { name: string; login: string; password: string; code?: string }) =>
  data(api.POST('/api/v1/setup', { body }))
export const signIn = (body: { login: string; password: string; code?: string }) =>
  data(api.POST('/api/v1/session', { body }))
/** Ends a sign-in through a provider that did not ask for a second factor. */
export const completeSignIn = (body: { code: string }) => data(api.POST('/api/v1/session/code', { body }))
export const signOut = () => data(api.DELETE('/api/v1/session'))
/** Where a provider's sign-in begins; back is a path of ours. */
export const oidcAddress = (id: string, back: string) =>
  `/auth/oidc/${encodeURIComponent(id)}?back=${encodeURIComponent(back)}`

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

export const saveLanguage = (language: 'ru' | 'en') => data(api.PUT('/api/v1/me', { body: { language } }))
export const sessions = async () => (await data(api.GET('/api/v1/sessions'))).items ?? []
export const endSession = (id: number) => data(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } }))
export const changePassword = (body: { old: string; new: string }) => data(api.PUT('/api/v1/me/password', { body }))
export const startTotp = () => data(api.POST('/api/v1/me/totp'))
export const confirmTotp = async (code: string) =>
  (await data(api.POST('/api/v1/me/totp/confirm', { body: { code } }))).recovery ?? []
export const endTotp = (code: string) => data(api.DELETE('/api/v1/me/totp', { body: { code } }))

export const people = () =>
  everything(after => data(api.GET('/api/v1/people', { params: { query: { limit: MOST, ...after } } })))
export const addPerson = (body: PersonDraft) => data(api.POST('/api/v1/people', { body }))
export const changePerson = (id: number, version: number, body: PersonDraft) =>
  data(api.PUT('/api/v1/people/{id}', { params: { path: { id } }, body: { ...body, version } }))
export const resetTotp = (id: number) => data(api.DELETE('/api/v1/people/{id}/totp', { params: { path: { id } } }))
