import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from '@/api/errors'
import { meQuery } from '@/api/queries'
import { decodeFeed } from '@/features/feed/search'
import { decodeIncidents } from '@/features/incidents/search'
import { decodeLog } from '@/features/log/search'
import { beenIn, noteIn, signInPageQuery } from '@/features/signin/page'
import { decodeStatus } from '@/features/status/data'
import { storedLanguage } from '@/i18n/language'
import { id, one, parseSearch, type Search, stringifySearch } from '@/lib/url'
import { Broken, NotFound } from './Broken'
import { Shell } from './Shell'

interface Context {
  queryClient: QueryClient
}

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Broken,
})

/** Where to go after signing in: a path of ours, never another site. */
export function ownPath(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) && !/^\/(sign-in|setup|new-password)/.test(next)
    ? next
    : '/'
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (
    s: Search,
  ): { next?: string | undefined; problem?: string | undefined; code?: string | undefined } => ({
    next: one(s.next, 2000),
    problem: one(s.problem, 20),
    code: one(s.code, 20),
  }),
  component: lazyRouteComponent(() => import('@/features/signin/SignIn'), 'SignIn'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/features/signin/SetUp'), 'SetUp'),
})
const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/new-password',
  component: lazyRouteComponent(() => import('@/features/signin/NewPassword'), 'NewPassword'),
})
const about = createRoute({
  getParentRoute: () => root,
  path: '/about',
  component: lazyRouteComponent(() => import('@/features/signin/About'), 'About'),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    // Who signs in nobody can be asked before there is anybody: a refusal would stand in the browser's console.
    if (!beenIn()) {
      const door = await context.queryClient.ensureQueryData(signInPageQuery(storedLanguage())).catch(() => undefined)
      if (door?.setup_needed) throw redirect({ to: '/setup' })
    }
    try {
      await context.queryClient.ensureQueryData(meQuery)
      noteIn()
    } catch (err) {
      if (err instanceof ApiError && err.status === 401) {
        throw redirect({ to: '/sign-in', search: { next: location.href === '/' ? undefined : location.href } })
      }
      if (err instanceof ApiError && err.problem.must_change) throw redirect({ to: '/new-password' })
      throw err
    }
  },
  component: Shell,
  errorComponent: Broken,
})

const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: async ({ context }) => {
    const me = await context.queryClient.ensureQueryData(meQuery)
    throw redirect({ to: me.actions.includes('see incidents') ? '/queue' : '/feed', replace: true })
  },
})
const queue = createRoute({
  getParentRoute: () => inside,
  path: '/queue',
  component: lazyRouteComponent(() => import('@/features/queue/Queue'), 'Queue'),
})
const feed = createRoute({
  getParentRoute: () => inside,
  path: '/feed',
  validateSearch: decodeFeed,
  component: lazyRouteComponent(() => import('@/features/feed/Feed'), 'Feed'),
})
const incidents = createRoute({
  getParentRoute: () => inside,
  path: '/incidents',
  validateSearch: decodeIncidents,
  component: lazyRouteComponent(() => import('@/features/incidents/Incidents'), 'Incidents'),
})
const incident = createRoute({
  getParentRoute: () => inside,
  path: '/incidents/$number',
  component: lazyRouteComponent(() => import('@/features/incident/Incident'), 'IncidentPage'),
})
const searches = createRoute({
  getParentRoute: () => inside,
  path: '/searches',
  validateSearch: (s: Search): { edit?: number | undefined; show?: number | undefined; find?: string | undefined } => ({
    edit: id(s.edit),
    show: id(s.show),
    find: one(s.find, 200),
  }),
  component: lazyRouteComponent(() => import('@/features/searches/Searches'), 'Searches'),
})
const rules = createRoute({
  getParentRoute: () => inside,
  path: '/rules',
  validateSearch: (
    s: Search,
  ): { edit?: number | undefined; search?: number | undefined; find?: string | undefined } => ({
    edit: id(s.edit),
    search: id(s.search),
    find: one(s.find, 200),
  }),
  component: lazyRouteComponent(() => import('@/features/rules/Rules'), 'Rules'),
})
const sources = createRoute({
  getParentRoute: () => inside,
  path: '/sources',
  validateSearch: (s: Search): { find?: string | undefined; bad?: true | undefined } => ({
    find: one(s.find, 200),
    bad: s.bad === 'true' || s.bad === true ? (true as const) : undefined,
  }),
  component: lazyRouteComponent(() => import('@/features/sources/Sources'), 'Sources'),
})
const agencies = createRoute({
  getParentRoute: () => inside,
  path: '/agencies',
  validateSearch: (s: Search): { region?: string | undefined; find?: string | undefined } => ({
    region: one(s.region, 20),
    find: one(s.find, 200),
  }),
  component: lazyRouteComponent(() => import('@/features/agencies/Agencies'), 'Agencies'),
})
const regions = createRoute({
  getParentRoute: () => inside,
  path: '/regions',
  validateSearch: (s: Search): { find?: string | undefined } => ({ find: one(s.find, 200) }),
  component: lazyRouteComponent(() => import('@/features/regions/Regions'), 'Regions'),
})
const ofRegion = (s: Search): { region?: string | undefined } => ({ region: one(s.region, 20) })
const routes = createRoute({
  getParentRoute: () => inside,
  path: '/routes',
  validateSearch: ofRegion,
  component: lazyRouteComponent(() => import('@/features/routes/Routes'), 'Routes'),
})
const presets = createRoute({
  getParentRoute: () => inside,
  path: '/presets',
  validateSearch: ofRegion,
  component: lazyRouteComponent(() => import('@/features/presets/Presets'), 'Presets'),
})
const glossary = createRoute({
  getParentRoute: () => inside,
  path: '/glossary',
  component: lazyRouteComponent(() => import('@/features/glossary/Glossary'), 'Glossary'),
})
const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  component: lazyRouteComponent(() => import('@/features/people/People'), 'People'),
})
const tokens = createRoute({
  getParentRoute: () => inside,
  path: '/tokens',
  component: lazyRouteComponent(() => import('@/features/tokens/Tokens'), 'Tokens'),
})
const log = createRoute({
  getParentRoute: () => inside,
  path: '/log',
  validateSearch: decodeLog,
  component: lazyRouteComponent(() => import('@/features/log/Log'), 'LogPage'),
})
const status = createRoute({
  getParentRoute: () => inside,
  path: '/status',
  validateSearch: decodeStatus,
  component: lazyRouteComponent(() => import('@/features/status/Status'), 'StatusPage'),
})
const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profile',
  component: lazyRouteComponent(() => import('@/features/profile/Profile'), 'Profile'),
})

const tree = root.addChildren([
  signIn,
  setUp,
  newPassword,
  about,
  inside.addChildren([
    home,
    queue,
    feed,
    incidents,
    incident,
    searches,
    rules,
    sources,
    agencies,
    regions,
    routes,
    presets,
    glossary,
    people,
    tokens,
    log,
    status,
    profile,
  ]),
])

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
