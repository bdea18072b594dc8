import { Button, Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { incidentQuery } from '@/api/queries'
import type { Incident } from '@/api/types'
import { SeverityBadge, StateBadge } from '@/components/Badges'
import { Dialog } from '@/components/Dialog'
import { Diff, DiffLegend } from '@/components/Diff'
import { useT } from '@/i18n'
import css from './Conflict.module.css'
import type { Commands } from './commands'
import { EventLine } from './Timeline'

/**
 * ConflictDialog shows to the second of two savers what the first has changed,
 * and keeps what the second has typed.
 */
export function ConflictDialog({ commands }: { commands: Commands }) {
  const t = useT()
  const c = commands.conflict
  const { data: now } = useQuery({ ...incidentQuery(c?.seen.number ?? 0), enabled: c !== undefined })
  if (!c) return null
  // A still newer version is told of when it is tried again.
  const known = now !== undefined && now.version >= c.current.version
  const possible = known && now.allowed?.includes(c.command)
  const draft = c.command === 'draft'
  const again = () => {
    commands.resolve()
    // The text that was approved must be the one that was read: the hash of the old one does not fit the new.
    const details = c.command === 'approve' ? { hash: c.current.draft?.hash ?? '' } : c.details
    commands.run(c.current, c.command, details).catch(() => {})
  }
  return (
    <Dialog onClose={commands.resolve} title={t.conflict.title} size="lg" closeOnClickOutside={false}>
      <p className="o-dim">{t.conflict.hint}</p>
      {c.changes.length > 0 ? (
        <ul className={css.changes}>
          {c.changes.map(e => (
            <EventLine key={e.id} event={e} region={c.seen.region} />
          ))}
        </ul>
      ) : (
        <p className={css.changes}>{t.conflict.nothing}</p>
      )}
      <Differences seen={c.seen} current={c.current} />
      {(draft || c.command === 'approve') && (
        <>
          <h3 className={css.head}>{draft ? t.conflict.draftDifference : t.conflict.difference}</h3>
          {draft && <DiffLegend removed={t.conflict.onlyTheirs} added={t.conflict.onlyYours} />}
          <div className={css.text}>
            <Diff
              before={draft ? (c.current.draft?.text ?? '') : (c.seen.draft?.text ?? '')}
              after={draft ? (c.details.text ?? '') : (c.current.draft?.text ?? '')}
            />
          </div>
        </>
      )}
      {!draft && (c.details.text || c.details.reason || c.details.comment) && (
        <>
          <h3 className={css.head}>{t.conflict.yours}</h3>
          <div className={css.text}>{c.details.text ?? c.details.reason ?? c.details.comment}</div>
        </>
      )}
      {known && !possible && <p className={css.impossible}>{t.conflict.impossible}</p>}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={commands.resolve}>
          {t.conflict.takeTheirs}
        </Button>
        <Button onClick={again} disabled={!possible} loading={!known || commands.busy}>
          {draft ? t.conflict.saveMine : `${t.conflict.again}: ${t.commands[c.command]}`}
        </Button>
      </Group>
    </Dialog>
  )
}

/** The facts that are others now. */
function Differences({ seen, current }: { seen: Incident; current: Incident }) {
  const t = useT()
  const rows = [
    { name: t.common.state, was: seen.state, now: current.state, show: (s: string) => <StateBadge state={s} /> },
    {
      name: t.common.severity,
      was: seen.severity,
      now: current.severity,
      show: (s: string) => <SeverityBadge severity={s} always />,
    },
    {
      name: t.common.agency,
      was: seen.agency?.name ?? '',
      now: current.agency?.name ?? '',
      show: (s: string) => s || '—',
    },
    { name: t.incident.preset, was: seen.preset, now: current.preset, show: (s: string) => s },
    {
      name: t.incident.permalink,
      was: seen.permalink ?? '',
      now: current.permalink ?? '',
      show: (s: string) => s || '—',
    },
  ].filter(r => r.was !== r.now)
  if (rows.length === 0) return null
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t.conflict.was}</th>
          <th scope="col">{t.conflict.now}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(r => (
          <tr key={r.name}>
            <th scope="row">{r.name}</th>
            <td>{r.show(r.was)}</td>
            <td>{r.show(r.now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
