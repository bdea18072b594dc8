import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMe } from '@/app/me'
import { Page, Rows } from '@/components/Page'
import { ErrorState } from '@/components/States'
import { Time } from '@/components/Time'
import { useSpeech, word } from '@/i18n'
import { type Notices, type Sources, type Status, statusQuery } from './data'
import { RejectedRecords } from './Rejected'
import css from './Status.module.css'
import { type Level, stageWords } from './words'

/** StatusPage says how the installation is, and what needs somebody's decision. */
export function StatusPage() {
  const { t } = useSpeech()
  const me = useMe()
  const { data: status, error, refetch } = useQuery(statusQuery)
  return (
    <Page
      title={t.status.title}
      about={t.status.about}
      actions={
        status && (
          <span className="o-dim">
            {t.status.measured} <Time at={status.at} />
          </span>
        )
      }
    >
      {status ? <Overview status={status} /> : error ? <ErrorState error={error} retry={refetch} /> : <Loading />}
      <section className={css.section} aria-labelledby="rejected">
        <h2 id="rejected">{t.status.rejected.title}</h2>
        {status && <p className="o-dim">{t.status.rejected.about(status.rejected_kept_days)}</p>}
        {me.regions.includes('*') ? <RejectedRecords /> : <p>{t.status.rejected.onlyEverywhere}</p>}
      </section>
      {status?.notifications?.last?.length ? <Undelivered notices={status.notifications} /> : null}
      {status && <Versions status={status} />}
    </Page>
  )
}

function Loading() {
  const { t } = useSpeech()
  return (
    <div role="status" aria-label={t.common.loading} className={css.panels}>
      <Skeleton height={150} />
      <Skeleton height={150} />
    </div>
  )
}

/** Overview is the line and the parts, each with a word on how it is. */
export function Overview({ status }: { status: Status }) {
  const { t, language } = useSpeech()
  const waiting = status.rejected?.reduce((n, r) => n + r.waiting, 0)
  return (
    <div className={css.panels}>
      <section className={css.panel} aria-labelledby="line">
        <h2 id="line">{t.status.line}</h2>
        <dl>
          {status.stages?.map(s => (
            <Line key={s.stage} name={t.status.stages[s.stage]} {...stageWords(t, language, s)} />
          ))}
          <Line
            name={t.status.rejected.title}
            level={waiting === undefined || !status.rejected?.length ? 'bad' : waiting > 0 ? 'warn' : 'ok'}
            text={
              waiting === undefined || !status.rejected?.length
                ? t.status.notKnown
                : waiting > 0
                  ? t.status.rejected.waiting(waiting)
                  : t.common.nothing
            }
          />
        </dl>
      </section>
      <section className={css.panel} aria-labelledby="parts">
        <h2 id="parts">{t.status.parts}</h2>
        <dl>
          {status.parts?.map(p => (
            <Line
              key={p.name}
              name={word(t.status.partNames, p.name)}
              level={p.ok ? 'ok' : 'bad'}
              text={p.ok ? t.status.up : t.status.down}
            />
          ))}
          <SourcesLine sources={status.sources} />
          <NoticesLine notices={status.notifications} />
        </dl>
      </section>
    </div>
  )
}

function Line({ name, level, text }: { name: ReactNode; level: Level; text: ReactNode }) {
  return (
    <div className={css.line} data-level={level}>
      <dt>{name}</dt>
      <dd className={css.said}>
        <span className="o-dot" aria-hidden />
        {text}
      </dd>
    </div>
  )
}

function SourcesLine({ sources: s }: { sources: Sources | null | undefined }) {
  const { t } = useSpeech()
  const name = t.status.sources
  if (!s) return <Line name={name} level="bad" text={t.status.notKnown} />
  const parts = [
    s.ok > 0 && t.status.sourcesOk(s.ok),
    s.ill > 0 && (
      <Link key="ill" to="/sources" search={{ bad: true }}>
        {t.status.sourcesIll(s.ill)}
      </Link>
    ),
    s.rate_limited > 0 && t.status.sourcesWait(s.rate_limited),
    s.new > 0 && t.status.sourcesNew(s.new),
  ].filter(Boolean)
  return (
    <Line
      name={name}
      level={s.ill > 0 ? 'warn' : parts.length ? 'ok' : 'off'}
      text={parts.length ? joined(parts) : t.status.noSources}
    />
  )
}

const joined = (parts: ReactNode[]) => (
  <span>
    {parts.map((p, i) => (
      <span key={i}>
        {i > 0 && ', '}
        {p}
      </span>
    ))}
  </span>
)

function NoticesLine({ notices: n }: { notices: Notices | null | undefined }) {
  const { t } = useSpeech()
  const name = t.status.notices
  if (!n) return <Line name={name} level="bad" text={t.status.notKnown} />
  const parts = [
    n.doubtful > 0 && t.status.doubtful(n.doubtful),
    n.failed > 0 && t.status.failed(n.failed),
    n.late > 0 && t.status.unsent(n.late),
  ].filter(Boolean)
  return (
    <Line
      name={name}
      level={parts.length ? 'warn' : 'ok'}
      text={parts.length ? joined(parts) : t.status.noticesOk(n.days)}
    />
  )
}

function Undelivered({ notices }: { notices: Notices }) {
  const { t } = useSpeech()
  return (
    <section className={css.section} aria-labelledby="notices">
      <h2 id="notices">{t.status.noticesTitle}</h2>
      <p className="o-dim">{t.status.noticesHint}</p>
      <Rows
        label={t.status.noticesTitle}
        rows={notices.last ?? []}
        error={undefined}
        retry={() => {}}
        id={n => n.id}
        empty={null}
        columns={[
          {
            name: t.status.incident,
            kind: 'short',
            cell: n => (
              <Link to="/incidents/$number" params={{ number: String(n.number) }}>
                № {n.number}
              </Link>
            ),
          },
          { name: t.common.state, kind: 'short', cell: n => word(t.status.noticeStates, n.state) },
          { name: t.status.address, kind: 'wide', cell: n => n.address },
          { name: t.status.why, kind: 'wide', cell: n => n.reason || '—' },
          { name: t.status.sent, kind: 'short', cell: n => <Time at={n.made} short /> },
        ]}
      />
    </section>
  )
}

function Versions({ status }: { status: Status }) {
  const { t } = useSpeech()
  return (
    <section className={css.section} aria-labelledby="versions">
      <h2 id="versions">{t.status.versions}</h2>
      <dl className={css.versions}>
        {status.versions?.map(v => (
          <div key={v.name}>
            <dt>{word(t.status.programs, v.name)}</dt>
            <dd>{v.version}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
