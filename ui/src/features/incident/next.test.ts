import { expect, test } from 'vitest'
import type { IncidentView } from '@/api/types'
import { ru } from '@/i18n/ru'
import { sayNext } from './next'

const incident = (state: string, allowed: string[], authors: number[] = []) =>
  ({ state, allowed, draft: authors.length ? { authors, author_name: 'Анна' } : undefined }) as unknown as IncidentView
const me = { id: 7, role: 'executor' }
const admin = { id: 7, role: 'administrator' }

test('whoever may do it is told to, all others who will', () => {
  for (const [state, command] of [
    ['triage', 'assign'],
    ['assigned', 'accept'],
    ['accepted', 'draft'],
    ['rework', 'draft'],
    ['approved', 'answer'],
    ['answered', 'close'],
  ] as const) {
    expect(sayNext(incident(state, [command]), me, ru)).toBe(ru.incident.nextOf[state])
    expect(sayNext(incident(state, ['comment']), me, ru)).toBe(ru.incident.awaited[state])
  }
  expect(sayNext(incident('assigned', ['accept']), admin, ru)).toBe(ru.incident.awaited.assigned)
  expect(sayNext(incident('triage', ['assign']), admin, ru)).toBe(ru.incident.nextOf.triage)
  expect(sayNext(incident('spam', []), me, ru)).toBe(ru.incident.nextOf.spam)
  expect(sayNext(incident('unheard of', []), me, ru)).toBe('')
})

test('a draft is spoken of differently to whoever writes it', () => {
  expect(sayNext(incident('draft', ['draft', 'review'], [7]), me, ru)).toBe(ru.incident.nextOf.draft)
  expect(sayNext(incident('draft', ['draft', 'review'], [1]), me, ru)).toContain('Анна')
  expect(sayNext(incident('draft', ['draft', 'review'], [1]), admin, ru)).toBe(ru.incident.awaited.draft)
  expect(sayNext(incident('draft', [], [1]), me, ru)).toBe(ru.incident.awaited.draft)
})

test('only its author is told that somebody else has to approve', () => {
  expect(sayNext(incident('review', [], [1, 7]), me, ru)).toBe(ru.incident.reviewOwn)
  expect(sayNext(incident('review', [], [1]), me, ru)).toBe(ru.incident.awaited.review)
  expect(sayNext(incident('review', ['approve'], [1]), me, ru)).toBe(ru.incident.nextOf.review)
})
