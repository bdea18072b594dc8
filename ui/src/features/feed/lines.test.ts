import { describe, expect, it } from 'vitest'
import type { FoundPost } from '@/api/types'
import { layoutOf, reader, rowOf } from './lines'

describe('a row of the feed', () => {
  const at = (width: number) => ({ layout: layoutOf(width), width })
  it('takes the lines that its text needs, up to what its layout shows', () => {
    expect(rowOf(300, false, at(1200))).toEqual({ lines: 1, height: 31 })
    expect(rowOf(1000, false, at(1200))).toEqual({ lines: 2, height: 49 })
    expect(rowOf(9000, false, at(1200))).toEqual({ lines: 2, height: 49 })
    expect(rowOf(9000, false, at(2000))).toEqual({ lines: 1, height: 31 })
    expect(rowOf(9000, false, at(390))).toEqual({ lines: 3, height: 86 })
    expect(rowOf(0, false, at(390))).toEqual({ lines: 1, height: 50 })
  })
  it('has a second line for what else is said of a post only where there are columns', () => {
    expect(rowOf(300, true, at(1200)).height).toBe(49)
    expect(rowOf(300, true, at(700)).height).toBe(50)
    expect(rowOf(300, true, at(2000)).height).toBe(31)
  })
  it('measures a post once', () => {
    const p = { text: 'Нет воды', type: 'post' } as FoundPost
    let asked = 0
    const read = reader(() => ++asked)
    expect(read(p)).toBe(read(p))
    expect(read({ ...p }).width).toBe(2)
  })
})
