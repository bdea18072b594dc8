import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { FormDialog } from '@/components/FormDialog'
import { toast } from '@/components/toast'
import { useSpeech, word } from '@/i18n'
import { countQuery, type Decision, decideAll, type StatusSearch } from './data'
import { useDecisions } from './Rejected'

interface Props {
  what: Decision
  search: StatusSearch
  close(): void
}

/** BulkDialog decides about all that wait and fit, once their number was seen. */
export function BulkDialog({ what, search, close }: Props) {
  const { t } = useSpeech()
  const words = t.status.rejected
  const { refresh } = useDecisions()
  const { data: count } = useQuery(countQuery(search))
  const [done, setDone] = useState<number>()
  return (
    <FormDialog
      title={what === 'replay' ? words.replayAllAsk : words.dropAllAsk}
      submit={what === 'replay' ? words.replay : words.drop}
      close={close}
      danger={what === 'drop'}
      disabled={!count?.count && !count?.more}
      onSubmit={async () => {
        try {
          toast(words.done(await decideAll(what, search, setDone)))
        } finally {
          refresh()
        }
      }}
    >
      <p>
        {search.topic ? word(words.topics, search.topic) : words.anyTopic}
        {search.reason && ` · ${words.find}: «${search.reason}»`}
      </p>
      <p>{count ? words.found(count.count, count.more) : t.common.loading}</p>
      <p className="o-dim">{what === 'replay' ? words.replayAllHint : words.dropAllHint}</p>
      {done !== undefined && <p role="status">{words.progress(done)}</p>}
    </FormDialog>
  )
}
