import { Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { RowName, Rows } from '@/components/Page'
import { type RowAction, RowMenu } from '@/components/RowMenu'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useSpeech, word } from '@/i18n'
import { BulkDialog } from './BulkDialog'
import {
  type Decision,
  drop,
  type Rejected,
  rejectedQuery,
  replay,
  restore,
  type StatusSearch,
  states,
  statusQuery,
  topics,
} from './data'
import { RecordDialog } from './RecordDialog'
import css from './Status.module.css'
import { bytes } from './words'

/** What can be decided about a record, each with its toast; dropping can be taken back. */
export function useDecisions() {
  const { t } = useSpeech()
  const client = useQueryClient()
  const refresh = () => {
    client.invalidateQueries({ queryKey: ['rejected'] })
    client.invalidateQueries({ queryKey: statusQuery.queryKey, exact: true })
  }
  const decide = async (send: (id: string) => Promise<unknown>, id: string, said: string, undo?: () => void) => {
    try {
      await send(id)
      toast(said, undo)
    } catch (err) {
      toastError(err, t)
    }
    refresh()
  }
  const words = t.status.rejected
  const back = (id: string) => decide(restore, id, words.restored(id))
  return {
    refresh,
    replay: (id: string) => decide(replay, id, words.replayed(id)),
    drop: (id: string) => decide(drop, id, words.dropped(id), () => back(id)),
    restore: back,
  }
}

/** RejectedRecords lists what could not be processed, for whoever decides about it. */
export function RejectedRecords() {
  const { t, language } = useSpeech()
  const words = t.status.rejected
  const search = useSearch({ from: '/inside/status' })
  const navigate = useNavigate()
  const decisions = useDecisions()
  const [bulk, setBulk] = useState<Decision>()
  const query = useInfiniteQuery(rejectedQuery(search))
  const go = (change: StatusSearch) =>
    navigate({ to: '/status', search: { ...search, ...change }, replace: !change.record })
  const find = useDebouncedCallback((reason: string) => go({ reason: reason || undefined }), 300)
  const rows = query.data?.pages.flatMap(p => p.items ?? [])
  const waits = !search.state
  const narrowed = search.topic !== undefined || search.reason !== undefined || !waits
  const actions = (r: Rejected): RowAction[] =>
    r.state === 'waiting'
      ? [
          { name: words.replay, run: () => decisions.replay(r.id) },
          { name: words.drop, run: () => decisions.drop(r.id), danger: true },
        ]
      : r.state === 'dropped'
        ? [{ name: words.restore, run: () => decisions.restore(r.id) }]
        : []
  const further = query.hasNextPage && (
    <div className={css.more}>
      <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
        {rows?.length ? t.common.more : words.further}
      </Button>
    </div>
  )
  return (
    <>
      <div className={css.tools}>
        <SegmentedControl
          aria-label={t.common.state}
          value={search.state ?? 'waiting'}
          onChange={v => go({ state: v === 'waiting' ? undefined : (v as StatusSearch['state']) })}
          data={[...states, 'all' as const].map(s => ({ value: s, label: words.filter[s] }))}
        />
        <Select
          aria-label={words.topic}
          w={150}
          value={search.topic ?? ''}
          onChange={v => go({ topic: topics.find(x => x === v) })}
          data={[
            { value: '', label: words.anyTopic },
            ...topics.map(x => ({ value: x, label: word(words.topics, x) })),
          ]}
          allowDeselect={false}
        />
        <TextInput
          leftSection={<IconSearch size={14} />}
          aria-label={words.find}
          placeholder={words.find}
          w={220}
          defaultValue={search.reason ?? ''}
          onChange={e => find(e.currentTarget.value)}
        />
        {waits && rows && rows.length > 0 && (
          <div className={css.bulk}>
            <Button variant="default" onClick={() => setBulk('replay')}>
              {words.replayAll}
            </Button>
            <Button variant="default" onClick={() => setBulk('drop')}>
              {words.dropAll}
            </Button>
          </div>
        )}
      </div>
      <Rows
        label={words.title}
        rows={rows}
        error={query.error}
        retry={query.refetch}
        id={r => r.id}
        dim={r => search.state === 'all' && r.state !== 'waiting'}
        empty={
          query.hasNextPage ? (
            <Empty title={words.noneYet} />
          ) : narrowed ? (
            <Empty title={words.none} />
          ) : (
            <Empty title={words.empty} hint={words.emptyHint} />
          )
        }
        columns={[
          {
            name: words.record,
            kind: 'short',
            cell: r => <RowName onClick={() => go({ record: r.id })}>{r.id}</RowName>,
          },
          { name: words.reason, kind: 'wide', cell: r => <span className={css.reason}>{r.reason}</span> },
          { name: words.key, cell: r => r.key || '—' },
          { name: words.times, kind: 'figure', cell: r => r.attempts },
          { name: words.size, kind: 'figure', cell: r => bytes(r.size, language) },
          { name: words.at, kind: 'short', cell: r => <Time at={r.at} short recent /> },
          ...(waits
            ? []
            : [
                {
                  name: t.common.state,
                  kind: 'short' as const,
                  cell: (r: Rejected) => (
                    <>
                      {word(words.states, r.state)} {r.decided_by && <span className="o-dim">({r.decided_by})</span>}
                    </>
                  ),
                },
              ]),
          { name: t.common.actions, kind: 'actions', cell: r => <RowMenu of={r.id} actions={actions(r)} /> },
        ]}
      />
      {further}
      {bulk && <BulkDialog what={bulk} search={search} close={() => setBulk(undefined)} />}
      {search.record && (
        <RecordDialog
          key={search.record}
          id={search.record}
          open={record => go({ record })}
          close={() => go({ record: undefined })}
        />
      )}
    </>
  )
}
