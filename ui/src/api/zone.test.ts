import { expect, test } from 'vitest'
import { inZone } from './client'

test.each([
  ['/api/v1/posts?query=since:2026-11-24', '/api/v1/posts?query=since%3A2026-11-24&zone=Asia%2FVladivostok'],
  ['/api/v1/posts/count?query=a', '/api/v1/posts/count?query=a&zone=Asia%2FVladivostok'],
  ['/api/v1/posts?query=a&zone=UTC', '/api/v1/posts?query=a&zone=UTC'],
  ['/api/v1/posts?query=', '/api/v1/posts?query='],
  ['/api/v1/incidents?query=a', '/api/v1/incidents?query=a'],
])('the days of %s', (asked, want) => {
  const r = inZone(new Request(`http://localhost${asked}`, { headers: { 'X-Kept': 'yes' } }), 'Asia/Vladivostok')
  expect(r.url.replace('http://localhost', '')).toBe(want)
  expect(r.headers.get('X-Kept')).toBe('yes')
})
