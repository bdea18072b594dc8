import { describe, expect, it } from 'vitest'
import { EventParser, type ServerEvent } from './events'

const stream = [
  ': hello\n\n',
  'id: 0:15\nevent: post\ndata: {"a":1}\n\n',
  'data: two\r\ndata:lines\r\n\r\n',
  'id: 0:16\n\n',
  'retry: 3000\n',
  'event: post\ndata: ёж 🙂\n\n',
  'unfinished: x\ndata: never',
].join('')

const want: ServerEvent[] = [
  { id: '0:15', event: 'post', data: '{"a":1}' },
  { id: '0:15', event: 'message', data: 'two\nlines' },
  { id: '0:16', event: 'post', data: 'ёж 🙂' },
]

describe('EventParser', () => {
  it('reads a stream, however it is cut', () => {
    for (let size = 1; size <= stream.length; size++) {
      const p = new EventParser()
      const got: ServerEvent[] = []
      for (let i = 0; i < stream.length; i += size) got.push(...p.push(stream.slice(i, i + size)))
      expect(got).toEqual(want)
      expect(p.lastId).toBe('0:16')
      expect(p.retry).toBe(3000)
    }
  })
  it('keeps a position that came without data', () => {
    const p = new EventParser()
    expect(p.push('id: 5\n\n')).toEqual([])
    expect(p.lastId).toBe('5')
  })
  it('does not move on to an event that did not end', () => {
    const p = new EventParser()
    p.push('id: 5\ndata: x\n\nid: 6\ndata: y\n')
    expect(p.lastId).toBe('5')
  })
  it('refuses an event without end', () => {
    const p = new EventParser()
    expect(() => {
      for (let i = 0; i < 100; i++) p.push('x'.repeat(100_000))
    }).toThrow('too long')
  })
})
