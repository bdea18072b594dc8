import type { State } from '@/api/types'

/** The columns of the board: states that wait for the same people. */
export const stages = {
  sort: ['new', 'triage', 'returned', 'reopened'],
  assigned: ['assigned'],
  work: ['accepted', 'draft', 'rework'],
  approval: ['review', 'approved', 'publishing'],
  control: ['interim', 'on_control'],
  done: ['answered', 'verified'],
} as const satisfies Record<string, State[]>

export type Stage = keyof typeof stages
