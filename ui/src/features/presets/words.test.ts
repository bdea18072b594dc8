import { describe, expect, it } from 'vitest'
import type { Preset } from '@/api/types'
import { en } from '@/i18n/en'
import { ru } from '@/i18n/ru'
import { clockTime } from './Example'
import { budgetOf, forSeverity, measured, measures, plainName, presetTitle, sayBudget } from './words'

const plain = (s: string) => s.replaceAll(/\s/g, ' ')

describe('budgets', () => {
  it.each([
    [{ amount: 540, unit: 'working', from: 'assigned' }, 'за 9 рабочих часов с назначения ведомства'],
    [{ amount: 60, unit: 'working', from: 'entered' }, 'за 1 рабочий час с начала этапа'],
    [{ amount: 90, unit: 'working', from: 'entered' }, 'за 90 рабочих минут с начала этапа'],
    [{ amount: 1440, unit: 'wall', from: 'registered' }, 'за 24 часа круглосуточно с заведения инцидента'],
    [{ amount: 21, unit: 'wall', from: 'published' }, 'за 21 минуту круглосуточно с публикации записи'],
    [{ amount: 7, unit: 'working_days', from: 'entered' }, 'за 7 рабочих дней с начала этапа'],
    [{ amount: 3, unit: 'working_days', from: 'detected' }, 'за 3 рабочих дня с прочтения записи'],
  ])('%o', (b, want) => {
    expect(plain(sayBudget('answer', b, ru))).toBe(want)
  })
  it('begin where the stage of their clock does', () => {
    const b = { amount: 60, unit: 'working', from: 'entered' }
    expect(plain(sayBudget('route', b, ru))).toBe('за 1 рабочий час с попадания на разбор')
    expect(plain(sayBudget('final', b, en))).toBe('within 1 working hour from the interim answer')
  })
  it('come back as they were', () => {
    for (const measure of measures)
      for (const amount of [1, 2, 59, 60, 61])
        expect(measured(budgetOf(amount, measure, 'assigned'))).toMatchObject(
          // Sixty minutes are an hour.
          amount === 60 && measure.endsWith('minutes')
            ? { amount: 1, measure: measure.replace('minutes', 'hours') }
            : { amount, measure },
        )
  })
})

const preset = (name: string, change: Partial<Preset> = {}): Preset => ({
  name,
  title: `Title of ${name}`,
  clocks: {},
  version: 0,
  built_in: false,
  ...change,
})

it('names what an installation begins with in both languages, and what people made as they did', () => {
  const shipped = preset('standard', { built_in: true, title: 'Обычный: ответ за 9 рабочих часов' })
  expect(presetTitle(shipped, en)).toBe('Standard: answer within 9 working hours')
  expect(presetTitle({ ...shipped, version: 1, title: 'Наш' }, en)).toBe('Наш')
  expect(presetTitle(preset('flood', { title: '' }), ru)).toBe('flood')
})

it('finds what counts for a severity', () => {
  const all = [preset('standard'), preset('critical'), preset('flood')]
  expect(forSeverity('critical', all)?.name).toBe('critical')
  expect(forSeverity('low', all)?.name).toBe('standard')
  expect(forSeverity('low', [])).toBeUndefined()
})

it.each([
  ['Паводок: ответ за 2 часа', 'pavodok-otvet-za-2-chasa'],
  ['  Щука!  ', 'schuka'],
  ['112 служба', 'sluzhba'],
  ['Flood', 'flood-2'],
  ['«»', 'preset'],
  ['очень длинное название набора сроков для всех', 'ochen-dlinnoe-nazvanie-nabora'],
])('%s → %s', (title, want) => {
  const name = plainName(title, ['flood'])
  expect(name).toBe(want)
  expect(name).toMatch(/^[a-z][a-z0-9_-]{0,39}$/)
})

it('writes minutes as clocks show them', () => {
  expect([0, 540, 545, 1440].map(clockTime)).toEqual(['0:00', '9:00', '9:05', '24:00'])
})
