import { IconBrandTelegram, IconBrandVk, IconFileImport, IconRss, IconWorld } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { regionsQuery } from '@/api/queries'
import { type Severity, type State, states } from '@/api/types'
import { useSpeech, useT } from '@/i18n'
import css from './Badges.module.css'

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

/** A region's name; its code where the name is not known. */
export function useRegionName(): (code: string) => string {
  const { data } = useQuery(regionsQuery)
  const { language, t } = useSpeech()
  return code => {
    if (code === '*') return t.common.allRegions
    const r = data?.find(x => x.code === code)
    return (language === 'en' ? r?.name_en : r?.name) || code
  }
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
