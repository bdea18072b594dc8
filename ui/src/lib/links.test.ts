import { expect, it } from 'vitest'
import { safeLink, shortAddress } from './links'

it.each([
  ['https://t.me/vl_news/12', 'https://t.me/vl_news/12'],
  ['http://127.0.0.1:8080/s/ch', 'http://127.0.0.1:8080/s/ch'],
  ['HTTPS://Example.RU/a b', 'https://example.ru/a%20b'],
  ['javascript:alert(1)', undefined],
  [' JaVaScRiPt:alert(1)', undefined],
  ['java\nscript:alert(1)', undefined],
  ['\u0001javascript:alert(1)', undefined],
  ['data:text/html,<script>alert(1)</script>', undefined],
  ['vbscript:x', undefined],
  ['file:///etc/passwd', undefined],
  ['blob:https://example.ru/1', undefined],
  ['//example.ru', undefined],
  ['/profile', undefined],
  ['https://bank.ru@evil.example/', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('safeLink %j', (address, want) => {
  expect(safeLink(address)).toBe(want)
})

it('shortAddress', () => {
  expect(shortAddress('https://www.example.ru/')).toBe('example.ru')
  expect(shortAddress('https://t.me/vl_news/12?single')).toBe('t.me/vl_news/12?single')
  expect(shortAddress('https://ru.wikipedia.org/wiki/%D0%AF%D0%BC%D0%B0')).toBe('ru.wikipedia.org/wiki/Яма')
  expect(shortAddress('https://example.ru/%E0%A4%A')).toBe('example.ru/%E0%A4%A')
  expect(shortAddress(`https://example.ru/${'a'.repeat(100)}`, 20)).toHaveLength(20)
})
