import { Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import {
  IconKeyboard,
  IconLogout,
  IconMenu2,
  IconSearch,
  IconSelector,
  IconUser,
  IconUserCircle,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { ApiError } from '@/api/errors'
import { signOut } from '@/api/session'
import { Keys } from '@/components/Keys'
import { RegionsProvider } from '@/components/Regions'
import { ErrorState } from '@/components/States'
import { toastError } from '@/components/toast'
import { LateBanner } from '@/features/status/LateBanner'
import { useSpeech } from '@/i18n'
import { languages } from '@/i18n/language'
import { mayDo, useChooseLanguage, useMe, useOwnLanguage } from './me'
import { placeOf, places } from './nav'
import { PageLoading } from './PageLoading'
import css from './Shell.module.css'
import { useShortcuts } from './shortcuts'

// What is above the page comes when it is wanted, or when there is time.
const above = { palette: () => import('./Palette'), help: () => import('./Help'), sheet: () => import('./Sheet') }
const Palette = lazy(() => above.palette().then(m => ({ default: m.Palette })))
const Help = lazy(() => above.help().then(m => ({ default: m.Help })))
const Sheet = lazy(() => above.sheet().then(m => ({ default: m.Sheet })))
const SOON = 3000 // ms after the page is there

/** Shell is what stands around every page: sections, the palette, the keys. */
export function Shell() {
  return (
    <RegionsProvider>
      <Inside />
    </RegionsProvider>
  )
}

function Inside() {
  useOwnLanguage()
  const { t } = useSpeech()
  const me = useMe()
  const navigate = useNavigate()
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const [more, setMore] = useState(false)
  const mine = places.filter(p => mayDo(me, p.needs))
  useShortcuts([
    { keys: 'mod+k', label: t.keys.palette, group: 'everywhere', run: () => setPalette(true) },
    { keys: '?', label: t.keys.help, group: 'everywhere', run: () => setHelp(true) },
    ...mine.map(p => ({
      keys: p.keys,
      label: t.keys.go(t.nav[p.name]),
      group: 'everywhere' as const,
      run: () => navigate({ to: p.to }),
    })),
    { keys: 'g u', label: t.keys.go(t.nav.profile), group: 'everywhere', run: () => navigate({ to: '/profile' }) },
  ])
  const path = useRouterState({ select: s => s.location.pathname })
  const here = placeOf(path)
  useTitle(path)
  useEffect(() => {
    if (path) setMore(false)
    // Where the link that led here has gone, whoever reads by ear goes on at the new page.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) document.getElementById('content')?.focus({ preventScroll: true })
    }, 50)
    return () => clearTimeout(timer)
  }, [path])
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of Object.values(above)) load().catch(() => {}) // it is asked for again when it is wanted
    }, SOON)
    return () => clearTimeout(timer)
  }, [])
  const phone = mine.filter(p => p.group === 'work').slice(0, 3)

  return (
    <div className={css.shell}>
      <a href="#content" className={css.skip}>
        {t.nav.skip}
      </a>
      <nav className={css.side} aria-label={t.nav.main}>
        <Link to="/" className={css.logo} aria-label={t.product}>
          <img src="/icon.svg" alt="" width={22} height={22} />
          <span>{t.product}</span>
        </Link>
        <button type="button" className={css.find} onClick={() => setPalette(true)}>
          <IconSearch size={14} aria-hidden />
          <span>{t.nav.search}</span>
          <Keys keys="mod+k" />
        </button>
        <Sections group="work" />
        <Sections group="setup" />
        <div className={css.bottom}>
          <Person onHelp={() => setHelp(true)} />
        </div>
      </nav>
      <div className={css.body}>
        <LateBanner />
        <main id="content" className={css.main} tabIndex={-1}>
          <Suspense fallback={<PageLoading />}>
            {here && !mayDo(me, here.needs) ? <ErrorState error={new ApiError(403)} /> : <Outlet />}
          </Suspense>
        </main>
      </div>
      <nav className={css.tabs} aria-label={t.nav.main}>
        {phone.map(p => (
          <Link key={p.to} to={p.to} className={css.tab} activeProps={{ 'data-active': true }}>
            <p.icon size={20} aria-hidden />
            <span>{p.name === 'queue' ? t.nav.queueShort : t.nav[p.name]}</span>
          </Link>
        ))}
        <button type="button" className={css.tab} onClick={() => setMore(true)} aria-expanded={more}>
          <IconMenu2 size={20} aria-hidden />
          <span>{t.nav.more}</span>
        </button>
      </nav>
      <Suspense fallback={null}>
        {more && (
          <Sheet close={() => setMore(false)}>
            <Sections group="work" />
            <Sections group="setup" />
            <Person onHelp={() => setHelp(true)} />
          </Sheet>
        )}
        {palette && <Palette close={() => setPalette(false)} help={() => setHelp(true)} />}
        {help && <Help close={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}

function Sections({ group }: { group: 'work' | 'setup' }) {
  const { t } = useSpeech()
  const me = useMe()
  const mine = places.filter(p => p.group === group && mayDo(me, p.needs))
  if (mine.length === 0) return null
  return (
    <div className={css.group}>
      <div className={css.groupName}>{t.nav[group]}</div>
      {mine.map(p => (
        <Tooltip
          key={p.to}
          position="right"
          openDelay={700}
          label={
            <span style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
              {t.nav[p.name]} <Keys keys={p.keys} />
            </span>
          }
        >
          <Link to={p.to} className={css.place} activeProps={{ 'data-active': true }} aria-label={t.nav[p.name]}>
            <p.icon size={17} stroke={1.7} aria-hidden />
            <span>{t.nav[p.name]}</span>
          </Link>
        </Tooltip>
      ))}
    </div>
  )
}

/** The menu of whoever is signed in. */
function Person({ onHelp }: { onHelp: () => void }) {
  const { t, language } = useSpeech()
  const chooseLanguage = useChooseLanguage()
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const client = useQueryClient()
  const navigate = useNavigate()
  const leave = async () => {
    try {
      await signOut()
    } catch (err) {
      toastError(err, t)
      return
    }
    client.clear()
    navigate({ to: '/sign-in', search: {} })
  }
  const other = languages.find(l => l.id !== language)
  const role = t.roles[me.role] ?? me.role
  const path = useRouterState({ select: s => s.location.pathname })
  return (
    <div className={css.person}>
      <Menu position="top-start" width={220}>
        <Menu.Target>
          <button type="button" className={css.me} data-active={path === '/profile' || undefined}>
            <IconUserCircle size={18} stroke={1.7} aria-hidden />
            <span className={css.meText}>
              <span className={css.meName}>{me.name}</span>
              <span className={css.meRole}>{role}</span>
            </span>
            <IconSelector size={14} className={css.meMore} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconUser size={14} />}
            rightSection={<Keys keys="g u" />}
            onClick={() => navigate({ to: '/profile' })}
          >
            {t.nav.profile}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t.nav.theme}</Menu.Label>
          <Menu.RadioGroup value={colorScheme} onChange={s => setColorScheme(s as typeof colorScheme)}>
            {(['light', 'dark', 'auto'] as const).map(s => (
              <Menu.RadioItem key={s} value={s}>
                {t.nav[s]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          {other && (
            <Menu.Item lang={other.id} onClick={() => chooseLanguage(other.id)}>
              {other.name}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconKeyboard size={14} />} rightSection={<Keys keys="?" />} onClick={onHelp}>
            {t.nav.help}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={14} />} onClick={leave}>
            {t.nav.signOut}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

/** The title of the window says where one is. */
function useTitle(path: string): void {
  const { t } = useSpeech()
  useEffect(() => {
    const place = placeOf(path)
    const number = /^\/incidents\/(\d+)/.exec(path)?.[1]
    const name = number ? `№ ${number}` : place ? t.nav[place.name] : path === '/profile' ? t.nav.profile : ''
    document.title = name ? `${name} · ${t.product}` : t.product
  }, [path, t])
}
