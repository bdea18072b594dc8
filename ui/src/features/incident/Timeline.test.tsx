import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import type { Event } from '@/api/types'
import { I18n } from '@/i18n'
import { en } from '@/i18n/en'
import { ru } from '@/i18n/ru'
import { audienceOf, EventLine } from './Timeline'

const event = (change: Partial<Event>): Event => ({
  id: 1,
  at: '2026-11-24T09:00:00Z',
  kind: 'comment',
  name: 'Анна',
  version: 2,
  data: { text: 'звонили заявителю' },
  ...change,
})

const shown = (e: Event, language: 'ru' | 'en' = 'ru') =>
  renderToStaticMarkup(
    <I18n language={language} dictionary={language === 'ru' ? ru : en}>
      <EventLine event={e} region="RU-PRI" />
    </I18n>,
  )

it('takes a comment for internal unless it says otherwise', () => {
  expect(audienceOf(event({ audience: 'internal' }))).toBe('internal')
  expect(audienceOf(event({ audience: 'resident' }))).toBe('resident')
  expect(audienceOf(event({}))).toBe('internal')
  expect(audienceOf(event({ audience: 'everybody' }))).toBe('internal')
  expect(audienceOf(event({ kind: 'assign', audience: 'resident' }))).toBeUndefined()
})

it('shows the two apart, in words and in looks', () => {
  const [internal, resident] = [shown(event({ audience: 'internal' })), shown(event({ audience: 'resident' }))]
  expect(internal).toContain(ru.incident.comments.internal)
  expect(internal).toContain('data-audience="internal"')
  expect(resident).toContain(ru.incident.comments.resident)
  expect(resident).toContain('data-audience="resident"')
  expect(resident).toContain('звонили заявителю')
  expect(shown(event({ audience: 'resident' }), 'en')).toContain(en.incident.comments.resident)
})

it('gives no audience to what is no comment', () => {
  const line = shown(event({ kind: 'assign', from: 'triage', to: 'assigned', data: { comment: 'срочно' } }))
  expect(line).not.toContain('data-audience')
  expect(line).toContain(ru.done.assign)
  expect(line).toContain('срочно')
})
