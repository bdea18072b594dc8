import { Button, Group } from '@mantine/core'
import { useT } from '@/i18n'
import { author } from '@/i18n/author'
import { Dialog } from './Dialog'
import { Diff, DiffLegend } from './Diff'
import css from './SavedMeanwhile.module.css'
import { Time } from './Time'

interface Props {
  by: string | undefined
  at: string | undefined
  region: string
  /** What is saved now, and what is on the screen, in words. */
  theirs: string
  mine: string
  busy: boolean
  take(): void
  overwrite(): void
  close(): void
}

/** SavedMeanwhile shows to the second of two savers how theirs differs, and lets them choose. */
export function SavedMeanwhile({ by, at, region, theirs, mine, busy, take, overwrite, close }: Props) {
  const t = useT()
  return (
    <Dialog onClose={close} title={t.meanwhile.title} size="lg" closeOnClickOutside={false}>
      <p>
        {by ? t.meanwhile.by(author(by, t)) : t.meanwhile.removed} {at && <Time at={at} region={region} />}
      </p>
      <p className="o-dim">{t.meanwhile.hint}</p>
      <h3 className={css.head}>{t.meanwhile.difference}</h3>
      {theirs !== mine && <DiffLegend removed={t.conflict.onlyTheirs} added={t.conflict.onlyYours} />}
      <div className={css.text}>
        {theirs === mine ? t.meanwhile.same : <Diff before={`${theirs}\n`} after={`${mine}\n`} by="lines" />}
      </div>
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="subtle" onClick={close}>
          {t.meanwhile.later}
        </Button>
        <Button variant="default" onClick={take}>
          {t.meanwhile.take}
        </Button>
        <Button onClick={overwrite} loading={busy}>
          {t.meanwhile.overwrite}
        </Button>
      </Group>
    </Dialog>
  )
}
