import { afterEach, describe, expect, it, vi } from 'vitest'
import { loadDictionary } from '@/i18n'
import { decideAll, decodeStatus, type Stage } from './data'
import { bytes, inFull, lateWords, stageWords } from './words'

const ru = await loadDictionary('ru')
const en = await loadDictionary('en')

const stage = (change: Partial<Stage> = {}): Stage => ({
  stage: 'index',
  waiting: 1240,
  behind_seconds: 185,
  known: true,
  ...change,
})

/** Non-breaking spaces are looked for elsewhere. */
const plain = (s: string | undefined) => s?.replaceAll('\u00a0', ' ')

describe('how a stage is', () => {
  it.each([
    [stage(), 'warn', 'отстаёт на 3 мин, 1 240 записей', '3 min behind, 1,240 records'],
    [stage({ waiting: 1 }), 'warn', 'отстаёт на 3 мин, 1 запись', '3 min behind, 1 record'],
    [stage({ behind_seconds: 3 * 3600 }), 'bad', 'отстаёт на 3 ч, 1 240 записей', '3 h behind, 1,240 records'],
    [stage({ behind_seconds: 0, waiting: 0 }), 'ok', 'успевает', 'keeps up'],
    [
      stage({ behind_seconds: 59, waiting: 12 }),
      'ok',
      'успевает, в очереди 12 записей',
      'keeps up, 12 records in the queue',
    ],
    [
      stage({ stage: 'reading', waiting: 3, behind_seconds: 600 }),
      'bad',
      'отстаёт на 10 мин, 3 источника',
      '10 min behind, 3 sources',
    ],
    [stage({ known: false, waiting: -1 }), 'bad', 'не удаётся измерить (3 мин)', 'can’t be measured (3 min)'],
  ])('%o', (s, level, russian, english) => {
    const said = stageWords(ru, 'ru', s)
    expect(said.level).toBe(level)
    expect(plain(said.text)).toBe(russian)
    expect(plain(stageWords(en, 'en', s).text)).toBe(english)
  })
})

describe('what everybody is told', () => {
  const late = (...s: Stage[]) => plain(lateWords(ru, 'ru', s, true))
  it('is nothing when nothing is late', () => expect(lateWords(ru, 'ru', [], true)).toBeUndefined())
  it('names what is furthest behind', () => {
    expect(late(stage({ behind_seconds: 12 * 60 }))).toBe('Лента отстаёт на 12 минут')
    expect(late(stage({ behind_seconds: 400 }), stage({ stage: 'reading', behind_seconds: 21 * 60 }))).toBe(
      'Источники не читаются уже 21 минуту',
    )
    expect(late(stage({ stage: 'desk', behind_seconds: 2 * 3600 + 59 }))).toBe(
      'Инциденты появляются с опозданием на 2 часа',
    )
    expect(plain(lateWords(en, 'en', [stage({ behind_seconds: 720 })], true))).toBe('The feed is 12 minutes behind')
  })
  it('speaks of incidents to whoever sees no posts', () => {
    expect(plain(lateWords(ru, 'ru', [stage({ behind_seconds: 720 })], false))).toBe(
      'Инциденты появляются с опозданием на 12 минут',
    )
  })
  it('says times in full', () => {
    expect([30, 60, 5 * 3600, 49 * 3600].map(s => plain(inFull(s, 'ru')))).toEqual([
      '1 минуту',
      '1 минуту',
      '5 часов',
      '2 дня',
    ])
    expect([60, 7200, 240 * 3600].map(s => plain(inFull(s, 'en')))).toEqual(['1 minute', '2 hours', '10 days'])
  })
})

it('sizes', () => {
  expect([0, 999, 1000, 12_345, 1_000_000].map(n => plain(bytes(n, 'ru')))).toEqual([
    '0 Б',
    '999 Б',
    '1 КБ',
    '12,3 КБ',
    '1 МБ',
  ])
})

it('takes from the address only what it knows', () => {
  expect(decodeStatus({ state: 'all', topic: 'posts', reason: 'маппинг', record: 'posts-3-17' })).toEqual({
    state: 'all',
    topic: 'posts',
    reason: 'маппинг',
    record: 'posts-3-17',
  })
  expect(decodeStatus({ state: 'waiting', topic: 'indexed', reason: '', record: '../x' })).toEqual({})
})

describe('a decision about all that fit', () => {
  afterEach(() => vi.unstubAllGlobals())

  /** A server with so many records in each topic, of which it takes some at a time. */
  function serve(left: Record<string, number>) {
    const asked: { path: string; body: Record<string, unknown> }[] = []
    vi.stubGlobal('fetch', async (request: Request) => {
      const body = await request.json()
      asked.push({ path: new URL(request.url).pathname, body })
      const done = Math.min(left[body.topic] ?? 0, 150)
      left[body.topic] = (left[body.topic] ?? 0) - done
      return Response.json({ done, next: left[body.topic] ? `${body.topic}=0:${left[body.topic]}` : '' })
    })
    return asked
  }

  it('goes through every page of every topic', async () => {
    const asked = serve({ posts: 320, matches: 1 })
    const progress: number[] = []
    expect(await decideAll('replay', {}, n => progress.push(n))).toBe(321)
    expect(progress).toEqual([150, 300, 320, 321])
    expect(asked.map(a => [a.path, a.body.topic, a.body.after])).toEqual([
      ['/api/v1/rejected/replay', 'posts', undefined],
      ['/api/v1/rejected/replay', 'posts', 'posts=0:170'],
      ['/api/v1/rejected/replay', 'posts', 'posts=0:20'],
      ['/api/v1/rejected/replay', 'matches', undefined],
    ])
  })

  it('is about what the list is narrowed to', async () => {
    const asked = serve({ posts: 3, matches: 3 })
    expect(await decideAll('drop', { topic: 'matches', reason: 'no region' }, () => {})).toBe(3)
    expect(asked).toEqual([
      { path: '/api/v1/rejected/drop', body: { topic: 'matches', reason_contains: 'no region', limit: 200 } },
    ])
  })
})
