import { Button, Menu, Skeleton } from '@mantine/core'
import { IconChevronDown, IconLock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { api, data } from '@/api/client'
import { ApiError } from '@/api/errors'
import { useFreshIncidents } from '@/api/fresh'
import { incidentQuery, rulesQuery } from '@/api/queries'
import { commands as allCommands, type Command, type IncidentView } from '@/api/types'
import { useMe } from '@/app/me'
import { useShortcuts } from '@/app/shortcuts'
import { RegionName, SeverityBadge, StateBadge } from '@/components/Badges'
import { Due } from '@/components/Due'
import { ErrorState, ToIncidents } from '@/components/States'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import { Answer } from './Answer'
import { immediate, primaryOf, useCommands } from './commands'
import css from './Incident.module.css'
import { sayNext } from './next'
import { Posts } from './Posts'
import { Presence } from './Presence'
import { Timeline } from './Timeline'

// Dialogs come when they are asked for.
const CommandDialog = lazy(() => import('./CommandDialog').then(m => ({ default: m.CommandDialog })))
const ConflictDialog = lazy(() => import('./ConflictDialog').then(m => ({ default: m.ConflictDialog })))

/** IncidentPage is everything about one incident, and what may be done with it. */
export function IncidentPage() {
  const t = useT()
  const { number: text } = useParams({ from: '/inside/incidents/$number' })
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0
  const { data: incident, error, refetch } = useQuery({ ...incidentQuery(number), enabled: number > 0 })
  const wrong = number === 0 ? new ApiError(404) : incident ? undefined : error
  if (wrong)
    return (
      <ErrorState
        page
        error={wrong}
        retry={refetch}
        missing={number === 0 ? t.incident.noSuch : t.incident.notHere(number)}
        elsewhere={wrong instanceof ApiError && wrong.status === 404 && <ToIncidents />}
      />
    )
  if (!incident)
    return (
      <div className={css.page} role="status" aria-label={t.common.loading}>
        <Skeleton height={26} width="60%" mb={16} />
        <Skeleton height={120} mb={12} />
        <Skeleton height={240} />
      </div>
    )
  return <Whole key={number} incident={incident} />
}

function Whole({ incident }: { incident: IncidentView }) {
  useFreshIncidents()
  const t = useT()
  const commands = useCommands()
  const [asking, setAsking] = useState<Command>()
  const [writing, setWriting] = useState(0)
  const [commenting, setCommenting] = useState(0)
  const allowed = incident.allowed ?? []
  const give = (c: Command) => {
    if (c === 'draft') setWriting(n => n + 1)
    else if (c === 'comment') setCommenting(n => n + 1)
    else if (c === 'approve') commands.run(incident, c, { hash: incident.draft?.hash ?? '' }).catch(() => {})
    else if (immediate.includes(c)) commands.run(incident, c).catch(() => {})
    else setAsking(c)
  }
  const primary = primaryOf(incident.state, allowed)
  const keys: [string, Command][] = [
    ['a', 'assign'],
    ['s', 'spam'],
    ['n', 'not_ours'],
    ['d', 'duplicate'],
    ['u', 'undo'],
    ['r', 'return'],
    ['w', 'draft'],
    ['c', 'comment'],
  ]
  useShortcuts([
    ...(primary ? [{ keys: 'e', label: t.commands[primary], group: 'here' as const, run: () => give(primary) }] : []),
    ...keys
      .filter(([, c]) => allowed.includes(c))
      .map(([k, c]) => ({ keys: k, label: t.commands[c], group: 'here' as const, run: () => give(c) })),
  ])
  return (
    <div className={css.page}>
      <Head incident={incident} />
      <div className={css.columns}>
        <div className={css.main}>
          <Actions incident={incident} primary={primary} give={give} busy={commands.busy} />
          <Posts incident={incident} />
          {answerable(incident) && <Answer incident={incident} commands={commands} focus={writing} primary={primary} />}
        </div>
        <div className={css.known}>
          <Facts incident={incident} />
          <Notifications number={incident.number} region={incident.region} />
        </div>
        <div className={css.trail}>
          <Timeline incident={incident} commands={commands} focus={commenting} />
        </div>
      </div>
      <Suspense fallback={null}>
        {asking && (
          <CommandDialog incident={incident} command={asking} commands={commands} close={() => setAsking(undefined)} />
        )}
        {commands.conflict && <ConflictDialog commands={commands} />}
      </Suspense>
    </div>
  )
}

/** Whether there is an answer, or whoever looks may write one: before that, what is next says what is awaited. */
const answerable = (i: IncidentView): boolean => !!(i.draft || i.promise || i.permalink || i.allowed?.includes('draft'))

function Head({ incident }: { incident: IncidentView }) {
  const t = useT()
  return (
    <header className={css.head}>
      <div className={css.crumbs}>
        <Link to="/incidents">{t.incidents.title}</Link> <span aria-hidden>/</span> № {incident.number}
      </div>
      <h1 className={css.title}>{incident.title || `№ ${incident.number}`}</h1>
      <div className={css.badges}>
        <StateBadge state={incident.state} />
        <SeverityBadge severity={incident.severity} />
        <RegionName code={incident.region} />
        {incident.agency && <span>{incident.agency.name}</span>}
        <Due due={incident.due} clock={incident.due_clock} region={incident.region} long />
        {incident.visibility === 'sealed' && (
          <span className={css.sealed}>
            <IconLock size={14} aria-hidden /> {t.incident.sealed}
          </span>
        )}
        <Presence number={incident.number} />
      </div>
    </header>
  )
}

interface ActionsProps {
  incident: IncidentView
  primary: Command | undefined
  give(c: Command): void
  busy: boolean
}

// What stands beside the primary action rather than in the menu.
const near: Command[] = [
  'approve',
  'rework',
  'return',
  'review',
  'publish',
  'interim',
  'verify',
  'not_ours',
  'spam',
  'duplicate',
]

function Actions({ incident, primary, give, busy }: ActionsProps) {
  const t = useT()
  const allowed = allCommands.filter(c => incident.allowed?.includes(c) && c !== 'comment' && c !== 'draft')
  const next = sayNext(incident, useMe(), t)
  const beside = near.filter(c => allowed.includes(c) && c !== primary).slice(0, 3)
  const rest = allowed.filter(c => c !== primary && !beside.includes(c))
  return (
    <section className={css.next} aria-label={t.incident.whatNext}>
      <p className={css.nextText}>{next}</p>
      <div className={css.actions}>
        {primary && (
          <Button onClick={() => give(primary)} loading={busy}>
            {t.commands[primary]}
          </Button>
        )}
        {beside.map(c => (
          <Button key={c} variant="default" onClick={() => give(c)} disabled={busy}>
            {t.commands[c]}
          </Button>
        ))}
        {rest.length > 0 && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={12} />}>
                {t.incident.otherActions}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {rest.map(c => (
                <Menu.Item key={c} onClick={() => give(c)}>
                  {t.commands[c]}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {!primary && allowed.length === 0 && <span className="o-dim">{t.incident.nothingToDo}</span>}
      </div>
    </section>
  )
}

function Facts({ incident: i }: { incident: IncidentView }) {
  const t = useT()
  const me = useMe()
  const { data: rules } = useQuery({ ...rulesQuery, enabled: i.rule !== undefined })
  const rule = rules?.find(r => r.id === i.rule)
  const times: [string, string | undefined][] = [
    [t.incident.published, i.published],
    [t.incident.detected, i.detected],
    [t.incident.opened, i.opened_at],
    [t.incident.assigned, i.assigned_at],
    [t.incident.reacted, i.reacted_at],
    [t.incident.answered, i.answered_at],
    [t.incident.closed, i.closed_at],
  ]
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t.incident.facts}</h2>
      <dl className={css.facts}>
        <dt>{t.common.agency}</dt>
        <dd>{i.agency?.name ?? (i.proposed ? `${i.proposed.name} (${t.incidents.proposed})` : '—')}</dd>
        <dt>{t.incidents.curator}</dt>
        <dd>{i.curator || '—'}</dd>
        {i.watchers && i.watchers.length > 0 && (
          <>
            <dt>{t.incident.watchers}</dt>
            <dd>{i.watchers.join(', ')}</dd>
          </>
        )}
        {times.map(([name, at]) =>
          at ? (
            <div key={name} className={css.pair}>
              <dt>{name}</dt>
              <dd>
                <Time at={at} region={i.region} />
              </dd>
            </div>
          ) : null,
        )}
        <dt>{t.incident.rule}</dt>
        <dd>
          {i.rule ? (
            me.may('edit rules') && rule ? (
              <Link to="/rules" search={{ edit: i.rule }}>
                {rule.name}
              </Link>
            ) : (
              (rule?.name ?? `№ ${i.rule}`)
            )
          ) : (
            t.incident.byHand
          )}
        </dd>
        {i.duplicate_of && (
          <>
            <dt>{t.incident.duplicateOf}</dt>
            <dd>
              <Link to="/incidents/$number" params={{ number: String(i.duplicate_of) }}>
                № {i.duplicate_of}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

/** Who was told, and whether it reached them; read only when somebody asks. */
function Notifications({ number, region }: { number: number; region: string }) {
  const t = useT()
  const [opened, setOpened] = useState(false)
  const { data: list } = useQuery({
    queryKey: ['incident', number, 'notifications'],
    queryFn: () => data(api.GET('/api/v1/incidents/{number}/notifications', { params: { path: { number } } })),
    enabled: opened,
  })
  return (
    <details className={css.notifications} onToggle={e => setOpened(e.currentTarget.open)}>
      <summary>{t.incident.notifications}</summary>
      {list && (list.items ?? []).length === 0 && <p className="o-dim">{t.common.nothing}</p>}
      <ul>
        {(list?.items ?? []).map(n => (
          <li key={n.id}>
            {n.channel} · {n.address} · {n.sent_at ? t.incident.sent : t.incident.notSent}{' '}
            <Time at={n.sent_at ?? n.made} region={region} short />
            {n.reason && <span className="o-dim"> · {n.reason}</span>}
          </li>
        ))}
      </ul>
    </details>
  )
}
