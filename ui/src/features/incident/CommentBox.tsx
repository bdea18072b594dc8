import { Button, SegmentedControl, Textarea } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { type Audience, audiences, type IncidentView } from '@/api/types'
import { Confirm } from '@/components/Confirm'
import { explainAll } from '@/components/States'
import { useT } from '@/i18n'
import css from './CommentBox.module.css'
import { type Commands, isFieldError } from './commands'

const LONGEST = 4000 // characters; the server counts 4 KiB

interface Props {
  incident: IncidentView
  commands: Commands
  /** Counts up when the box is asked for. */
  focus: number
}

/**
 * CommentBox writes for colleagues, unless a person says otherwise. What is for
 * residents has its own draft, looks otherwise, and is asked about once more:
 * no word for colleagues may get there by a slip.
 */
export function CommentBox({ incident, commands, focus }: Props) {
  const t = useT()
  const box = useRef<HTMLTextAreaElement>(null)
  const [drafts, setDrafts] = useState<Record<Audience, string>>({ internal: '', resident: '' })
  const [chosen, setChosen] = useState<Audience>('internal')
  const [asking, setAsking] = useState(false)
  const [wrong, setWrong] = useState('')
  useEffect(() => {
    if (focus > 0) box.current?.focus()
  }, [focus])
  const may = audiences.filter(a => incident.audiences?.includes(a))
  const to = may.includes(chosen) ? chosen : 'internal'
  const text = drafts[to].trim()
  const turn = (a: Audience) => {
    setChosen(a)
    setWrong('')
  }
  const send = async () => {
    try {
      await commands.run(incident, 'comment', { text, audience: to })
      setDrafts(d => ({ ...d, [to]: '' }))
      turn('internal')
    } catch (err) {
      // What was typed stays. A wrong field is told here, everything else was by a toast.
      if (isFieldError(err)) setWrong(explainAll(err, t))
    }
  }
  const submit = () => {
    if (!text || commands.busy) return
    if (to === 'resident') setAsking(true)
    else send()
  }
  return (
    <>
      <form
        className={css.box}
        data-audience={to}
        onSubmit={e => {
          e.preventDefault()
          submit()
        }}
      >
        {may.length > 1 && (
          <SegmentedControl
            aria-label={t.incident.audience}
            value={to}
            onChange={v => turn(v as Audience)}
            data={may.map(a => ({
              value: a,
              label:
                a !== to && drafts[a].trim() ? t.incident.otherDraft(t.incident.audiences[a]) : t.incident.audiences[a],
            }))}
          />
        )}
        {to === 'resident' && (
          <p className={css.warning} role="status">
            <IconAlertTriangle size={16} aria-hidden /> {t.incident.residentHint}
          </p>
        )}
        <Textarea
          ref={box}
          aria-label={t.incident.comments[to]}
          description={to === 'internal' ? t.incident.internalHint : undefined}
          inputWrapperOrder={['input', 'error', 'description']}
          error={wrong}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={LONGEST}
          value={drafts[to]}
          onChange={e => {
            const typed = e.currentTarget.value
            setDrafts(d => ({ ...d, [to]: typed }))
            setWrong('')
          }}
          onKeyDown={e => {
            if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
              e.preventDefault()
              submit()
            } else if (e.key === 'Escape') e.currentTarget.blur()
          }}
        />
        <div className={css.send}>
          <span className="o-dim">{t.incident.sendKeys}</span>
          <Button type="submit" variant="default" disabled={!text} loading={commands.busy}>
            {to === 'internal' ? t.incident.send : t.incident.residentSend}
          </Button>
        </div>
      </form>
      {asking && (
        <Confirm
          title={t.incident.residentAsk}
          hint={t.incident.residentSure}
          submit={t.incident.residentSend}
          close={() => setAsking(false)}
          onSubmit={send}
        />
      )}
    </>
  )
}
