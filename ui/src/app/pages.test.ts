import { QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { pages } from '../../scripts/pages.mjs'
import { makeRouter } from './router'

// What is looked at and checked by axe is every page there is.
it('the list of pages holds every route', () => {
  const router = makeRouter(new QueryClient())
  const found = pages.map(([, address]) => router.getMatchedRoutes(address.split('?')[0] ?? '')[2]?.fullPath)
  const routes = Object.keys(router.routesByPath)
  expect(routes.length).toBeGreaterThan(15)
  expect(routes.filter(r => !found.includes(r))).toEqual([])
})
