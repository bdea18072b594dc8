import { Button, Textarea } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import type { Command, IncidentView } from '@/api/types'
import { Outside } from '@/components/Link'
import { Time } from '@/components/Time'
import { useT } from '@/i18n'
import type { Commands } from './commands'
import css from './Incident.module.css'

interface Props {
  incident: IncidentView
  commands: Commands
  /** Counts up when the editor is asked for. */
  focus: number
  /** What the page offers first: the same is not offered twice. */
  primary: Command | undefined
}

/** Answer is the text for the resident: written, approved, published. */
export function Answer({ incident, commands, focus, primary }: Props) {
  const t = useT()
  const [editing, setEditing] = useState(false)
  const may = incident.allowed?.includes('draft') ?? false
  const d = incident.draft
  // Who promises may leave the day to the deadlines.
  const by = incident.promised_by ?? incident.due
  useEffect(() => {
    if (focus > 0) setEditing(true)
  }, [focus])
  const approved = d?.approved_hash !== undefined && d.approved_hash === d.hash
  return (
    <section className={css.card} aria-labelledby="answer">
      <div className={css.cardHead}>
        <h2 id="answer">{t.incident.answer}</h2>
        {may && !editing && (d || primary !== 'draft') && (
          <Button variant="default" onClick={() => setEditing(true)}>
            {d ? t.common.edit : t.incident.writeDraft}
          </Button>
        )}
      </div>
      {editing && may ? (
        <Editor incident={incident} commands={commands} done={() => setEditing(false)} />
      ) : d ? (
        <>
          <div className={css.draft}>{d.text}</div>
          <div className={css.signed}>
            <span>
              {t.incident.draftBy(d.author_name)}, <Time at={d.written_at} region={incident.region} />
            </span>
            {approved && (
              <span className={css.approved}>
                <IconCheck size={14} aria-hidden /> {t.incident.approvedBy(d.approver_name ?? '')},{' '}
                <Time at={d.approved_at} region={incident.region} />
              </span>
            )}
          </div>
        </>
      ) : (
        <p className="o-dim">{t.incident.noDraft}</p>
      )}
      {incident.promise && (
        <p className={css.promise}>
          <strong>{t.incident.promise}:</strong> {incident.promise}
          {by && (
            <>
              {' '}
              ({t.incident.promisedBy} <Time at={by} region={incident.region} />)
            </>
          )}
        </p>
      )}
      {incident.permalink && (
        <p>
          {t.incident.permalink}: <Outside to={incident.permalink} />
        </p>
      )}
    </section>
  )
}

const LONGEST = 16_000 // characters; the server takes 16 KiB

/** Editor keeps what is typed on this machine until it is saved. */
function Editor({ incident, commands, done }: { incident: IncidentView; commands: Commands; done(): void }) {
  const t = useT()
  const key = `otklik.draft.${incident.number}`
  const saved = incident.draft?.text ?? ''
  const [kept] = useState(() => localStorage.getItem(key))
  // What the writer has read: of what came meanwhile the server tells, and nothing is overwritten unseen.
  const [seen] = useState(incident)
  const [text, setText] = useState(kept ?? saved)
  const box = useRef<HTMLTextAreaElement>(null)
  useEffect(() => box.current?.focus(), [])
  useEffect(() => {
    if (text === saved) localStorage.removeItem(key)
    else localStorage.setItem(key, text)
  }, [text, saved, key])
  useEffect(() => {
    if (text === saved && text !== (seen.draft?.text ?? '')) done() // saved in the conflict's dialog
  }, [text, saved, seen, done])
  const save = async (andReview: boolean) => {
    try {
      const after = await commands.run(seen, 'draft', { text })
      localStorage.removeItem(key)
      if (andReview) await commands.run(after, 'review')
      done()
    } catch {
      // The text stays in the box and on this machine.
    }
  }
  return (
    <form
      className={css.editor}
      onSubmit={e => {
        e.preventDefault()
        save(false)
      }}
    >
      <Textarea
        ref={box}
        label={t.incident.draftText}
        description={kept !== null && kept !== saved ? t.incident.unsavedDraft : t.incident.draftHint}
        autosize
        minRows={6}
        maxRows={24}
        maxLength={LONGEST}
        value={text}
        onChange={e => setText(e.currentTarget.value)}
        onKeyDown={e => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
            e.preventDefault()
            save(false)
          }
        }}
      />
      <div className={css.buttons}>
        <Button
          variant="default"
          onClick={() => {
            localStorage.removeItem(key)
            done()
          }}
        >
          {t.common.cancel}
        </Button>
        <Button type="submit" variant="default" disabled={!text.trim()} loading={commands.busy}>
          {t.common.save}
        </Button>
        <Button disabled={!text.trim()} loading={commands.busy} onClick={() => save(true)}>
          {t.commands.review}
        </Button>
      </div>
    </form>
  )
}
