import {
  IconAlarm,
  IconArrowRight,
  IconCircleDot,
  IconEdit,
  IconEye,
  IconMessage,
  IconMessageShare,
  IconPencil,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react'
import { type Audience, commands as allCommands, type Command, type Event, type IncidentView } from '@/api/types'
import { StateBadge } from '@/components/Badges'
import { Outside } from '@/components/Link'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import { author } from '@/i18n/author'
import { CommentBox } from './CommentBox'
import type { Commands } from './commands'
import css from './Timeline.module.css'

/** What an event carries, as far as the page shows it. */
interface Data {
  text?: string
  comment?: string
  reason?: string
  promise?: string
  proof?: string
  permalink?: string
  agency_name?: string
  rule_name?: string
  of?: number
  until?: string
}

function dataOf(e: Event): Data {
  return typeof e.data === 'object' && e.data !== null ? (e.data as Data) : {}
}

const icons: Record<string, typeof IconMessage> = {
  comment: IconMessage,
  opened: IconPlus,
  joined: IconPlus,
  revised: IconEdit,
  deleted: IconTrash,
  warned: IconAlarm,
  breach: IconAlarm,
  looked: IconEye,
  draft: IconPencil,
}

const isCommand = (s: string): s is Command => (allCommands as readonly string[]).includes(s)

/** For whom a comment is; undefined for everything else. */
export function audienceOf(e: Event): Audience | undefined {
  if (e.kind !== 'comment') return undefined
  return e.audience === 'resident' ? 'resident' : 'internal'
}

/**
 * EventLine is one line of the trail: what, by whom, when, and the words that
 * came with it. What comes first: «Мария Ким закрыт» would be said of Maria.
 */
export function EventLine({ event, region }: { event: Event; region: string }) {
  const t = useT()
  const d = dataOf(event)
  const audience = audienceOf(event)
  const Icon =
    audience === 'resident'
      ? IconMessageShare
      : (icons[event.kind] ?? (event.from !== event.to ? IconArrowRight : IconCircleDot))
  const known = t.events[event.kind as 'opened']
  const name = isCommand(event.kind)
    ? t.done[event.kind]
    : typeof known === 'string'
      ? known
      : t.events.other(event.kind)
  const who = <span className={css.who}>{author(event.name, t)}</span>
  const words = [d.reason, audience ? d.text : d.comment, d.promise, d.proof].filter(
    (s): s is string => typeof s === 'string' && s !== '',
  )
  return (
    <li className={css.event} data-kind={event.kind} data-audience={audience}>
      <Icon size={14} aria-hidden className={css.icon} />
      <div className={css.what}>
        <div className={css.line}>
          {audience ? (
            <>
              {who}
              <span className={css.audience}>{t.incident.comments[audience]}</span>
            </>
          ) : (
            <span className={css.did}>{name}</span>
          )}
          {event.kind === 'opened' && d.rule_name && <span className="o-dim">{t.events.byRule(d.rule_name)}</span>}
          {d.agency_name && <span>→ {d.agency_name}</span>}
          {typeof d.of === 'number' && <span>№ {d.of}</span>}
          {event.to && event.from !== event.to && <StateBadge state={event.to} />}
          {!audience && who}
          <span className={css.when}>
            <Time at={event.at} region={region} short />
          </span>
        </div>
        {words.map((w, i) => (
          <div key={i} className={css.words}>
            {w}
          </div>
        ))}
        {event.kind === 'draft' && d.text && (
          <details className={css.more}>
            <summary>{t.incident.draftText}</summary>
            <div className={css.words}>{d.text}</div>
          </details>
        )}
        {d.permalink && (
          <div>
            <Outside to={d.permalink} />
          </div>
        )}
      </div>
    </li>
  )
}

interface Props {
  incident: IncidentView
  commands: Commands
  /** Counts up when the comment box is asked for. */
  focus: number
}

/** Timeline is the trail of an incident, newest first, with the box for comments above it. */
export function Timeline({ incident, commands, focus }: Props) {
  const t = useT()
  const events = [...(incident.events ?? [])].reverse()
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline" className={css.head}>
        {t.incident.timeline}
      </h2>
      {incident.allowed?.includes('comment') && <CommentBox incident={incident} commands={commands} focus={focus} />}
      <ul className={css.list}>
        {events.map(e => (
          <EventLine key={e.id} event={e} region={incident.region} />
        ))}
      </ul>
    </section>
  )
}
