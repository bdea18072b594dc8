import { IconBrandTelegram, IconBrandVk, IconFileImport, IconRss, IconWorld } from '@tabler/icons-react'
import { type Severity, type State, states } from '@/api/types'
import { useT } from '@/i18n'
import css from './Badges.module.css'
import { useRegionName } from './Regions'

const tone: Record<State, 'open' | 'work' | 'wait' | 'done' | 'off'> = {
  new: 'open',
  triage: 'open',
  returned: 'open',
  reopened: 'open',
  assigned: 'wait',
  accepted: 'work',
  draft: 'work',
  rework: 'work',
  review: 'wait',
  approved: 'wait',
  publishing: 'wait',
  interim: 'wait',
  on_control: 'wait',
  answered: 'done',
  verified: 'done',
  closed: 'off',
  spam: 'off',
  not_ours: 'off',
  duplicate: 'off',
  claim: 'off',
}

const isState = (s: string): s is State => (states as readonly string[]).includes(s)

export function StateBadge({ state }: { state: string }) {
  const t = useT()
  const known = isState(state)
  return (
    <span className={css.state} data-tone={known ? tone[state] : 'off'}>
      {known ? t.states[state] : state}
    </span>
  )
}

export function SeverityBadge({ severity, always }: { severity: string; always?: boolean }) {
  const t = useT()
  const name = t.severities[severity as Severity] ?? severity
  if (!always && (severity === 'normal' || severity === 'low')) return null
  return (
    <span className={css.severity} data-severity={severity} title={`${t.common.severity}: ${name}`}>
      {name}
    </span>
  )
}

export function RegionName({ code }: { code: string }) {
  const name = useRegionName()
  return <span title={code}>{name(code)}</span>
}

export function NetworkIcon({ network, size = 14 }: { network: string; size?: number }) {
  const t = useT()
  const title = t.networks[network] ?? network
  const props = { size, 'aria-label': title, role: 'img', className: css.network } as const
  if (network === 'telegram') return <IconBrandTelegram {...props} />
  if (network === 'vk') return <IconBrandVk {...props} />
  if (network === 'rss') return <IconRss {...props} />
  if (network === 'import') return <IconFileImport {...props} />
  return <IconWorld {...props} />
}
