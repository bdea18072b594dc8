import {
  IconBrandTelegram,
  IconBrandVk,
  IconChevronDown,
  IconChevronsUp,
  IconChevronUp,
  IconFileImport,
  IconRss,
  IconWorld,
} from '@tabler/icons-react'
import { type Incident, type Severity, type State, states } from '@/api/types'
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

/** SeverityBadge names what is not usual. */
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

const arrows: Partial<Record<string, typeof IconChevronUp>> = {
  low: IconChevronDown,
  raised: IconChevronUp,
  critical: IconChevronsUp,
}

/** SeverityMark is the badge for lists: an arrow, and for what is usual the room of one. */
export function SeverityMark({ severity }: { severity: string }) {
  const t = useT()
  const Arrow = arrows[severity]
  if (!Arrow) return <span className={css.mark} />
  const name = `${t.common.severity}: ${t.severities[severity as Severity]}`
  return (
    <span className={css.mark} data-severity={severity} role="img" aria-label={name} title={name}>
      <Arrow size={15} stroke={2.4} aria-hidden />
    </span>
  )
}

/** AgencyName is whose an incident is; with a question mark, whose a rule or a route thinks it is. */
export function AgencyName({ incident: i }: { incident: Pick<Incident, 'agency' | 'proposed'> }) {
  const t = useT()
  if (i.agency)
    return (
      <span className={css.agency} title={i.agency.name}>
        {i.agency.name}
      </span>
    )
  if (!i.proposed) return null
  const proposed = t.fields.proposedAgency(i.proposed.name)
  return (
    <span className={css.agency} data-proposed title={proposed}>
      <span className="o-hidden">{proposed}</span>
      <span aria-hidden>{i.proposed.name}?</span>
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
