import type { components } from './schema'

type S = components['schemas']

export type Agency = S['Agency']
export type AgencyDraft = S['AgencyDraft']
export type Event = S['Event']
export type Evidence = S['Evidence']
export type FoundPost = S['FoundPost']
export type Incident = S['Incident']
export type IncidentView = S['IncidentView']
export type Media = S['Media']
export type Notification = S['Notification']
export type PostCopies = S['PostCopies']
export type PostView = S['PostView']
export type Preset = S['RegionPreset']
export type Problem = S['Problem']
export type Region = S['Region']
export type Revision = S['Revision']
export type RouteNode = S['RouteNode']
export type Rule = S['Rule']
export type RuleDraft = S['RuleDraft']
export type SavedSearch = S['Search']
export type SearchDraft = S['SearchDraft']
export type Source = S['Source']
export type SourceDraft = S['SourceDraft']
export type Token = S['Token']
export type TokenDraft = S['TokenDraft']

/** The states of an incident, in the order of its life. */
export const states = [
  'new',
  'triage',
  'returned',
  'reopened',
  'assigned',
  'accepted',
  'draft',
  'rework',
  'review',
  'approved',
  'publishing',
  'interim',
  'on_control',
  'answered',
  'verified',
  'closed',
  'spam',
  'not_ours',
  'duplicate',
  'claim',
] as const
export type State = (typeof states)[number]

export const severities = ['low', 'normal', 'raised', 'critical'] as const
export type Severity = (typeof severities)[number]

export const roles = [
  'administrator',
  'specialist',
  'curator',
  'executor',
  'ombudsman',
  'factchecker',
  'head',
  'partner',
] as const
export type Role = (typeof roles)[number]

export const commands = [
  'triage',
  'assign',
  'accept',
  'return',
  'draft',
  'review',
  'rework',
  'approve',
  'publish',
  'answer',
  'interim',
  'control',
  'verify',
  'close',
  'reopen',
  'spam',
  'not_ours',
  'duplicate',
  'claim',
  'undo',
  'comment',
] as const
export type Command = (typeof commands)[number]

/** For whom a comment is. */
export const audiences = ['internal', 'resident'] as const
export type Audience = (typeof audiences)[number]

export type Action =
  | 'see self'
  | 'see posts'
  | 'edit searches'
  | 'edit rules'
  | 'edit sources'
  | 'edit agencies'
  | 'edit regions'
  | 'edit tokens'
  | 'edit people'
  | 'edit glossary'
  | 'see audit'
  | 'see looks'
  | 'see incidents'
  | 'triage'
  | 'execute'
  | 'approve'
  | 'publish answer'
  | 'close incident'
  | 'comment'
  | 'operate'

/** What a list answers. */
export interface List<T> {
  items: T[] | null
  next: string
}
