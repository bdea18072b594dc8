import { expect, test } from 'vitest'
import { codeOf } from './setupCode'

test('the code of an address', () => {
  expect(codeOf('#code=abcde-fghij-klmno-pqrst')).toBe('abcde-fghij-klmno-pqrst')
  expect(codeOf('#code=%20abcde%20')).toBe('abcde')
  expect(codeOf('#a=b&code=x')).toBe('x')
  for (const none of ['', '#', '#code', '#code=', '#abcde', '#xcode=1']) expect(codeOf(none)).toBe('')
})
