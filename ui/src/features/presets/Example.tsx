import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { asApiError } from '@/api/errors'
import { agenciesQuery } from '@/api/queries'
import { Time, useMoment } from '@/components/Time'
import { useT } from '@/i18n'
import { weekday } from '@/lib/dates'
import { type Clocks, exampleQuery } from './data'
import css from './Presets.module.css'
import type { Clock } from './words'

/** ExampleOf says what deadlines come to: when each clock would end if a post came now, and which days are worked. */
export function ExampleOf({ region, clocks: given }: { region: string; clocks: Clocks }) {
  const t = useT()
  const m = useMoment(region)
  const [agency, setAgency] = useState(0)
  const { data: agencies } = useQuery(agenciesQuery)
  const here = (agencies ?? []).filter(a => a.region === region && a.active)
  const { data: x, error } = useQuery(exampleQuery(region, given, agency))
  return (
    <section className={css.example} aria-labelledby="example">
      <h3 id="example">{t.presets.example}</h3>
      {here.length > 0 && (
        <Select
          label={t.presets.exampleOf}
          data={[{ value: '0', label: t.presets.office }, ...here.map(a => ({ value: String(a.id), label: a.name }))]}
          value={String(agency)}
          onChange={v => setAgency(Number(v ?? 0))}
          allowDeselect={false}
          searchable={here.length > 8}
          maw={360}
          my={6}
        />
      )}
      {error && !x && <p className="o-dim">{asApiError(error).message}</p>}
      {x && (
        <>
          {!x.works && <p className="o-dim">{t.presets.nobodyWorks}</p>}
          {(x.dues ?? []).length === 0 ? (
            <p className="o-dim">{t.presets.none}</p>
          ) : (
            <dl>
              {(x.dues ?? []).map(d => (
                <Fragment key={d.clock}>
                  <dt>{t.presets.clocks[d.clock as Clock] ?? d.clock}</dt>
                  <dd>
                    <Time at={d.at} region={region} />
                  </dd>
                </Fragment>
              ))}
            </dl>
          )}
          <ul className={css.days} aria-label={t.presets.ahead}>
            {(x.days ?? []).map(d => (
              <li key={d.date} className={css.day} data-off={d.off || undefined}>
                <strong>{weekday(d.date, m.language)}</strong>
                {(d.shifts ?? []).map(s => `${clockTime(s.from)}–${clockTime(s.to)}`).join(', ')}
                {d.off && <span> {t.presets.offs[d.off] ?? d.off}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** clockTime writes minutes from midnight as a clock shows them. */
export const clockTime = (minutes: number): string =>
  `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
