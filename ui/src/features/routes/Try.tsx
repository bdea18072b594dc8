import { MultiSelect, Select } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { searchesQuery, sourcesQuery } from '@/api/queries'
import { severities } from '@/api/types'
import { useMe } from '@/app/me'
import { useT } from '@/i18n'
import type { Explanation, Facts, Step } from './data'
import css from './Routes.module.css'
import { numberOf } from './tree'
import { type Fact, type Names, nameOf } from './words'

interface Props {
  region: string
  facts: Facts
  change(f: Facts): void
  answer: Explanation | undefined
  /** The tree on the screen has mistakes: there is no answer by it. */
  wrong: boolean
  names: Names
}

/** Try says where something would go by the tree on the screen, and why. */
export function Try({ region, facts, change, answer, wrong, names }: Props) {
  const t = useT()
  const me = useMe()
  const { data: searches } = useQuery({ ...searchesQuery, enabled: me.may('see posts') })
  const { data: sources } = useQuery({ ...sourcesQuery, enabled: me.may('see posts') })
  const inRegion = (regions: string[] | null | undefined) =>
    !regions || regions.includes('*') || regions.includes(region)
  const known = (sources ?? []).filter(s => s.source && inRegion(s.regions))
  return (
    <section className={`${css.panel} ${css.try}`} aria-labelledby="try">
      <h2 id="try">{t.routes.try}</h2>
      <p className="o-dim">{t.routes.tryHint}</p>
      <MultiSelect
        label={t.routes.trySearch}
        placeholder={facts.searches.length ? '' : t.common.nothing}
        data={(searches ?? []).filter(s => inRegion(s.regions)).map(s => ({ value: String(s.id), label: s.name }))}
        value={facts.searches.map(String)}
        onChange={v => change({ ...facts, searches: v.map(Number) })}
        searchable
        clearable
        nothingFoundMessage={t.palette.nothing}
      />
      <Select
        label={t.routes.severities}
        data={severities.map(s => ({ value: s, label: t.severities[s] }))}
        value={facts.severity}
        onChange={v => v && change({ ...facts, severity: v })}
        allowDeselect={false}
      />
      <Select
        label={t.routes.trySource}
        placeholder={t.routes.any}
        data={known.map(s => ({ value: s.source ?? '', label: s.title || s.address }))}
        value={facts.sources[0] ?? null}
        onChange={v => change({ ...facts, sources: v ? [v] : [], networks: v ? [v.split(':')[0] ?? ''] : [] })}
        searchable
        clearable
        nothingFoundMessage={t.palette.nothing}
      />
      <div role="status">
        {wrong ? <p className={css.bad}>{t.routes.problems}</p> : answer && <Answer answer={answer} names={names} />}
      </div>
    </section>
  )
}

function Answer({ answer, names }: { answer: Explanation; names: Names }) {
  const t = useT()
  const { target } = answer
  const extras = [
    ...(target.preset ? [t.routes.preset(names.preset(target.preset))] : [t.routes.dueBySeverity]),
    ...(target.curator ? [t.routes.curator(target.curator)] : []),
    ...(target.watchers?.length ? [t.routes.watchers(target.watchers.join(', '))] : []),
  ]
  return (
    <>
      <div className={css.answer}>
        {t.routes.goesTo}
        <strong>{target.agency ? names.agency(target.agency) : t.routes.nobody}</strong>
        {extras.map(x => (
          <div key={x}>{x}</div>
        ))}
      </div>
      <h3 className={css.why}>{t.routes.why}</h3>
      <ol className={css.steps}>
        {(answer.steps ?? []).map((s, i) => (
          <li key={i} className={css.step} data-taken={s.taken}>
            {s.taken ? <IconCheck size={15} aria-hidden /> : <IconX size={15} aria-hidden />}
            <StepWords step={s} names={names} />
          </li>
        ))}
      </ol>
    </>
  )
}

/** StepWords is one node that was looked at: its name, and what of it held. */
function StepWords({ step, names }: { step: Step; names: Names }) {
  const t = useT()
  const at = step.at ?? []
  const leaf = step.path.split(' / ').pop() ?? ''
  if (step.only === 'default') return <span>{t.routes.default}</span>
  if (at.length === 0)
    return (
      <span>
        <span className={css.stepName}>{t.routes.root}</span>: {t.routes.start}
      </span>
    )
  const list = (fact: string, values: string[] | null) =>
    (values ?? []).map(v => nameOf(fact, v, names, t)).join(t.routes.or)
  const because = step.because ?? []
  const said = because.map(b => {
    const fact = b.fact as Fact
    const have = b.have?.length ? t.routes.facts[fact](list(fact, b.have)) : t.routes.unknown[fact]
    return b.holds ? have : t.routes.not(have, list(fact, b.want))
  })
  const why = step.taken ? (said.length ? said.join('; ') : t.routes.noConditions) : (said[said.length - 1] ?? '')
  const only = step.only === 'after' ? t.routes.after : step.only === 'watchers' ? t.routes.watchersOnly : ''
  return (
    <span>
      {numberOf(at)} <span className={css.stepName}>{leaf}</span>: {why}
      {only && `; ${only}`}
    </span>
  )
}
