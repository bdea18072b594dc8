import { expect, test } from 'vitest'
import { boundsOf } from './data'
import { decodeLog } from './search'

test('a day lies between two moments of its zone', () => {
  expect(boundsOf('2026-11-24', 'Asia/Vladivostok')).toEqual({
    from: '2026-11-23T14:00:00.000Z',
    to: '2026-11-24T14:00:00.000Z',
  })
  expect(boundsOf(undefined, 'UTC')).toEqual({})
})

test('an address says only what the page knows', () => {
  expect(decodeLog({ view: 'x', who: '7', person: '-1', thing: 'king', day: 'yesterday' })).toEqual({ who: 7 })
  expect(decodeLog({ view: 'looks', thing: 'rule', day: '2026-11-24' })).toEqual({
    view: 'looks',
    thing: 'rule',
    day: '2026-11-24',
  })
})
