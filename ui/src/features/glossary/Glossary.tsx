import { Button, Skeleton, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState } from 'react'
import { asApiError } from '@/api/errors'
import { useShortcuts } from '@/app/shortcuts'
import { Leave } from '@/components/Leave'
import { Page, Rows } from '@/components/Page'
import { SavedMeanwhile } from '@/components/SavedMeanwhile'
import { Empty, ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useSpeech, useT } from '@/i18n'
import { author } from '@/i18n/author'
import {
  checkQuery,
  type Glossary as Data,
  glossaryQuery,
  historyQuery,
  putGlossary,
  type Renewal,
  revisionOf,
} from './data'
import css from './Glossary.module.css'
import { LineEditor, type LineEditorHandle } from './LineEditor'
import { Readings } from './Readings'
import { linesOf, sayRenewal, shareOf } from './words'

const PAUSE = 400 // ms without a key before a text is checked

/** Entries in the language of the posts, each with what it does. */
const examples = [
  ['covid', 'ковид'],
  ['capitals', 'ТСЖ'],
  ['forms', 'краснуха: краснушка'],
  ['names', 'УК = управляющая компания'],
  ['remark', '# районы'],
] as const

/** Glossary is where administrators write the words of the region. */
export function Glossary() {
  const t = useT()
  const query = useQuery(glossaryQuery)
  if (query.data) return <Editor saved={query.data} />
  return (
    <Page title={t.glossary.title} about={t.glossary.about} list={false}>
      {query.error ? (
        <ErrorState error={query.error} retry={query.refetch} />
      ) : (
        <div role="status" aria-label={t.common.loading}>
          <Skeleton height={320} />
        </div>
      )}
    </Page>
  )
}

function Editor({ saved }: { saved: Data }) {
  const { t } = useSpeech()
  const client = useQueryClient()
  const faultsId = useId()
  const editor = useRef<LineEditorHandle>(null)
  const [base, setBase] = useState(saved)
  const [text, setText] = useState(saved.body)
  const [word, setWord] = useState('')
  const [comparing, setComparing] = useState<Data>()
  const [checkedText] = useDebouncedValue(text, PAUSE)
  const [checkedWord] = useDebouncedValue(word.trim(), PAUSE)
  const check = useQuery(checkQuery(checkedText, checkedWord))
  const problems = (check.data?.errors ?? []).filter(p => p.line <= linesOf(text))
  const dirty = text !== base.body

  const begin = (from: Data) => {
    setBase(from)
    setText(from.body)
    setComparing(undefined)
  }
  // What others save is taken over at once, where it overwrites nothing.
  useEffect(() => {
    if (saved.revision > base.revision && !dirty) begin(saved)
  })

  const save = useMutation({
    mutationFn: ({ revision, body }: { revision: number; body: string }) => putGlossary(revision, body),
    onSuccess: now => {
      client.setQueryData(glossaryQuery.queryKey, now)
      client.invalidateQueries({ queryKey: historyQuery.queryKey })
      client.invalidateQueries({ queryKey: ['words'] })
      begin(now)
      toast(t.glossary.saved)
    },
    onError: async err => {
      const e = asApiError(err)
      if (e.status === 409) {
        const now = await client.fetchQuery({ ...glossaryQuery, staleTime: 0 })
        if (now.revision !== base.revision) {
          setComparing(now)
          return
        }
      }
      if (e.status === 422) client.invalidateQueries({ queryKey: ['glossary', 'check'] })
      toastError(err, t)
    },
  })
  const submit = () => {
    if (dirty && !save.isPending) save.mutate({ revision: base.revision, body: text })
  }
  useShortcuts([{ keys: 'mod+s', label: t.common.save, group: 'here', run: submit }])
  const takeBack = async (revision: number) => {
    try {
      setText((await revisionOf(revision)).body)
      toast(t.glossary.taken(revision))
    } catch (err) {
      toastError(err, t)
    }
  }
  return (
    <Page
      title={t.glossary.title}
      about={t.glossary.about}
      list={false}
      actions={
        <Button onClick={submit} disabled={!dirty || problems.length > 0} loading={save.isPending} title="Ctrl+S">
          {t.common.save}
        </Button>
      }
    >
      <Progress of={saved} />
      <div className={css.columns}>
        <section aria-label={t.glossary.title}>
          <LineEditor
            ref={editor}
            label={t.glossary.text}
            placeholder={examples.map(([, line]) => line).join('\n')}
            value={text}
            problems={problems}
            describedBy={problems.length > 0 ? faultsId : undefined}
            change={setText}
          />
          <div className={`${css.foot} o-dim`}>
            <span>{t.glossary.entries(check.data?.entries ?? 0)}</span>
            {base.revision > 0 ? (
              <span>
                {t.glossary.revision(base.revision)}: {author(base.changed_by, t)}, <Time at={base.changed_at} />
              </span>
            ) : (
              !dirty && <span>{t.glossary.empty}</span>
            )}
            {dirty && <span>{t.glossary.unsaved}</span>}
          </div>
          {problems.length > 0 && (
            <div role="alert" aria-label={t.glossary.problems}>
              <ul id={faultsId} className={css.faults}>
                {problems.map((p, i) => (
                  <li key={i}>
                    <button type="button" onClick={() => editor.current?.show(p.line)}>
                      <strong>{t.glossary.line(p.line)}:</strong> {p.message}
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </section>
        <div>
          <section className={css.panel} aria-labelledby="try-word">
            <h2 id="try-word">{t.glossary.try}</h2>
            <TextInput
              aria-labelledby="try-word"
              placeholder={t.glossary.tryExample}
              value={word}
              maxLength={200}
              onChange={e => setWord(e.target.value)}
            />
            <div aria-live="polite">
              {word.trim() && check.data?.words?.length ? (
                <Readings words={check.data.words} />
              ) : (
                <p className="o-dim">{t.glossary.tryHint}</p>
              )}
            </div>
          </section>
          <section className={css.panel} aria-labelledby="how-to-write">
            <h2 id="how-to-write">{t.glossary.how}</h2>
            <p className="o-dim">{t.glossary.howHint}</p>
            <dl>
              {examples.map(([name, line]) => (
                <div key={name}>
                  <dt lang="ru">{line}</dt>
                  <dd>{t.glossary.examples[name]}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
      <History current={base.revision} take={takeBack} />
      {comparing && (
        <SavedMeanwhile
          by={comparing.changed_by}
          at={comparing.changed_at ?? undefined}
          region=""
          theirs={comparing.body}
          mine={text}
          busy={save.isPending}
          take={() => begin(comparing)}
          overwrite={() => save.mutate({ revision: comparing.revision, body: text })}
          close={() => setComparing(undefined)}
        />
      )}
      <Leave dirty={dirty} hint={t.glossary.leaveHint} />
    </Page>
  )
}

/** Progress says whether searches work with what is saved, and how far the index is. */
function Progress({ of }: { of: Data }) {
  const { t, language } = useSpeech()
  const r: Renewal | undefined = of.renewal
  if (of.revision === 0 && !r) return null
  const share = r && shareOf(r)
  return (
    <div className={css.state} data-bad={r?.state === 'failed' || undefined} role="status">
      <p>
        {of.in_force || of.revision === 0 ? t.glossary.inForce : t.glossary.notYet}{' '}
        {r && <span className={r.state === 'failed' ? undefined : 'o-dim'}>{sayRenewal(r, t, language)}</span>}
      </p>
      {share !== undefined && <progress className={css.bar} value={share} max={1} aria-label={t.glossary.progress} />}
    </div>
  )
}

function History({ current, take }: { current: number; take(revision: number): void }) {
  const t = useT()
  const query = useQuery(historyQuery)
  return (
    <section className={css.history} aria-labelledby="history">
      <h2 id="history">{t.glossary.history}</h2>
      <Rows
        label={t.glossary.history}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={r => r.revision}
        empty={<Empty title={t.glossary.noHistory} hint={t.glossary.noHistoryHint} />}
        columns={[
          { name: t.glossary.number, kind: 'short', cell: r => r.revision },
          { name: t.log.at, kind: 'short', cell: r => <Time at={r.changed_at} /> },
          { name: t.log.who, kind: 'wide', cell: r => author(r.changed_by, t) },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: r => (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`${r.revision === current ? t.glossary.takeCurrent : t.glossary.take}: ${t.glossary.revision(r.revision)}`}
                onClick={() => take(r.revision)}
              >
                {r.revision === current ? t.glossary.takeCurrent : t.glossary.take}
              </Button>
            ),
          },
        ]}
      />
    </section>
  )
}
