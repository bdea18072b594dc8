import {
  IconAlertCircle,
  IconBell,
  IconBuildingCommunity,
  IconClockHour4,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconKey,
  IconListSearch,
  IconMap2,
  IconRoute,
  IconRss,
  IconTimeline,
  IconUsers,
  IconVocabulary,
} from '@tabler/icons-react'
import type { Action } from '@/api/types'
import type { Dictionary } from '@/i18n'

export interface Place {
  to:
    | '/queue'
    | '/feed'
    | '/incidents'
    | '/searches'
    | '/rules'
    | '/sources'
    | '/agencies'
    | '/regions'
    | '/routes'
    | '/presets'
    | '/glossary'
    | '/people'
    | '/tokens'
    | '/log'
    | '/status'
  name: keyof Dictionary['nav']
  keys: string
  icon: typeof IconInbox
  needs: Action
  group: 'work' | 'setup'
}

/** The sections, in their order; a person sees those that the role may enter. */
export const places: Place[] = [
  { to: '/queue', name: 'queue', keys: 'g q', icon: IconInbox, needs: 'see incidents', group: 'work' },
  { to: '/feed', name: 'feed', keys: 'g f', icon: IconTimeline, needs: 'see posts', group: 'work' },
  { to: '/incidents', name: 'incidents', keys: 'g i', icon: IconAlertCircle, needs: 'see incidents', group: 'work' },
  { to: '/searches', name: 'searches', keys: 'g s', icon: IconListSearch, needs: 'see posts', group: 'work' },
  { to: '/rules', name: 'rules', keys: 'g r', icon: IconBell, needs: 'edit rules', group: 'setup' },
  { to: '/routes', name: 'routes', keys: 'g m', icon: IconRoute, needs: 'edit rules', group: 'setup' },
  { to: '/presets', name: 'presets', keys: 'g d', icon: IconClockHour4, needs: 'edit rules', group: 'setup' },
  { to: '/sources', name: 'sources', keys: 'g o', icon: IconRss, needs: 'edit sources', group: 'setup' },
  {
    to: '/agencies',
    name: 'agencies',
    keys: 'g a',
    icon: IconBuildingCommunity,
    needs: 'edit agencies',
    group: 'setup',
  },
  { to: '/regions', name: 'regions', keys: 'g e', icon: IconMap2, needs: 'edit regions', group: 'setup' },
  { to: '/glossary', name: 'glossary', keys: 'g w', icon: IconVocabulary, needs: 'edit glossary', group: 'setup' },
  { to: '/people', name: 'people', keys: 'g p', icon: IconUsers, needs: 'edit people', group: 'setup' },
  { to: '/tokens', name: 'tokens', keys: 'g t', icon: IconKey, needs: 'edit tokens', group: 'setup' },
  { to: '/log', name: 'log', keys: 'g l', icon: IconHistory, needs: 'see looks', group: 'setup' },
  { to: '/status', name: 'status', keys: 'g h', icon: IconHeartbeat, needs: 'operate', group: 'setup' },
]

/** The section that a path is of. */
export const placeOf = (path: string): Place | undefined =>
  places.find(p => path === p.to || path.startsWith(`${p.to}/`))
