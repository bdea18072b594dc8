import { Button, Group, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Dialog } from '@/components/Dialog'
import { ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { useSpeech, word } from '@/i18n'
import { author } from '@/i18n/author'
import { type RejectedDetail, recordQuery } from './data'
import { useDecisions } from './Rejected'
import css from './Status.module.css'
import { bytes } from './words'

interface Props {
  id: string
  open(id: string): void
  close(): void
}

/** RecordDialog shows one rejected record: why, what it holds, what was decided. */
export function RecordDialog({ id, open, close }: Props) {
  const { t } = useSpeech()
  const words = t.status.rejected
  const { data: r, error, refetch } = useQuery(recordQuery(id))
  const decisions = useDecisions()
  return (
    <Dialog onClose={close} title={`${words.record} ${id}`} size={760}>
      {error && !r ? (
        <ErrorState error={error} retry={refetch} />
      ) : !r ? (
        <Skeleton height={240} />
      ) : (
        <>
          <Facts record={r} open={open} />
          <h3 className={css.heading}>{words.content}</h3>
          <Content record={r} />
          <Group justify="flex-end" gap="xs" mt="md">
            {r.state === 'waiting' && (
              <>
                <Button variant="default" onClick={() => decisions.drop(id)}>
                  {words.drop}
                </Button>
                <Button onClick={() => decisions.replay(id)}>{words.replay}</Button>
              </>
            )}
            {r.state === 'dropped' && (
              <Button variant="default" onClick={() => decisions.restore(id)}>
                {words.restore}
              </Button>
            )}
          </Group>
        </>
      )}
    </Dialog>
  )
}

function Facts({ record: r, open }: { record: RejectedDetail; open(id: string): void }) {
  const { t, language } = useSpeech()
  const words = t.status.rejected
  const facts: [string, React.ReactNode][] = [
    [t.common.state, word(words.states, r.state)],
    [words.reason, r.reason],
    [words.at, <Time key="at" at={r.at} />],
    [words.times, r.attempts],
    [words.origin, r.origin],
    [words.key, r.key || '—'],
    [words.size, bytes(r.size, language)],
  ]
  const before = r.replay_of
  if (before)
    facts.push([
      words.replayOf,
      <Button key="before" variant="subtle" size="compact-xs" onClick={() => open(before)}>
        {before}
      </Button>,
    ])
  if (r.events?.length)
    facts.push([
      words.decisions,
      r.events.map((e, i) => (
        <div key={i}>
          {word(words.events, e.what)}, {author(e.by, t)}, <Time at={e.at} />
        </div>
      )),
    ])
  return (
    <dl className={css.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={css.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Content({ record: r }: { record: RejectedDetail }) {
  const { t } = useSpeech()
  const words = t.status.rejected
  return (
    <>
      {r.hidden && <p className="o-dim">{word(words.hidden, r.hidden)}</p>}
      {r.text ? (
        <textarea
          className={css.content}
          readOnly
          spellCheck={false}
          aria-label={words.content}
          rows={Math.min(20, r.text.split('\n').length + 1)}
          value={r.text}
        />
      ) : (
        !r.hidden && <p className="o-dim">{words.noContent}</p>
      )}
      {r.cut && <p className="o-dim">{words.cut}</p>}
    </>
  )
}
