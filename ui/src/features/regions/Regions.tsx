import { Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, data } from '@/api/client'
import { allRegionsQuery } from '@/api/queries'
import type { Region } from '@/api/types'
import { matches } from '@/app/Palette'
import { FindBox } from '@/components/FindBox'
import { Page, Rows } from '@/components/Page'
import { Empty } from '@/components/States'
import { toast } from '@/components/toast'
import { useOptimistic } from '@/components/useOptimistic'
import { useSpeech } from '@/i18n'

/** Regions are switched on and off here; what they have stays. */
export function Regions() {
  const { t, language } = useSpeech()
  const navigate = useNavigate({ from: '/regions' })
  const { find } = useSearch({ from: '/inside/regions' })
  const query = useQuery(allRegionsQuery)
  const name = (r: Region) => (language === 'en' ? r.name_en : r.name)
  const serve = useOptimistic({
    queryKey: allRegionsQuery.queryKey,
    send: ({ region, served }: { region: Region; served: boolean }) =>
      data(api.PUT('/api/v1/regions/{code}', { params: { path: { code: region.code } }, body: { served } })),
    apply: (all: Region[], { region, served }) => all.map(r => (r.code === region.code ? { ...r, served } : r)),
    done: (_after, { region, served }) =>
      toast(served ? t.regions.switchedOn(name(region)) : t.regions.switchedOff(name(region)), () =>
        serve.mutate({ region, served: !served }),
      ),
    also: ['regions'],
  })
  const rows = query.data
    ?.filter(r => !find || matches(`${r.name} ${r.name_en} ${r.code}`, find))
    .sort(
      (a, b) =>
        Number(b.served) - Number(a.served) || a.district.localeCompare(b.district) || name(a).localeCompare(name(b)),
    )
  return (
    <Page
      title={t.regions.title}
      about={t.regions.about}
      tools={
        <FindBox label={t.regions.find} value={find} onChange={v => navigate({ search: { find: v }, replace: true })} />
      }
    >
      <Rows
        label={t.regions.title}
        rows={rows}
        error={query.error}
        retry={query.refetch}
        id={r => r.code}
        dim={r => !r.served}
        empty={<Empty title={t.regions.empty} hint={t.regions.emptyHint} />}
        columns={[
          { name: t.common.name, kind: 'wide', cell: name },
          { name: t.regions.code, kind: 'short', cell: r => r.code },
          { name: t.regions.districtColumn, cell: r => r.district },
          { name: t.regions.zone, cell: r => r.zone },
          {
            name: t.regions.settings,
            kind: 'short',
            cell: r =>
              r.served && (
                <>
                  <Link to="/routes" search={{ region: r.code }}>
                    {t.routes.title}
                  </Link>
                  {' · '}
                  <Link to="/presets" search={{ region: r.code }}>
                    {t.presets.title}
                  </Link>
                  {' · '}
                  <Link to="/agencies" search={{ region: r.code }}>
                    {t.agencies.title}
                  </Link>
                </>
              ),
          },
          {
            name: t.regions.served,
            kind: 'short',
            cell: r => (
              <Switch
                checked={r.served}
                aria-label={`${t.regions.served}: ${name(r)}`}
                data-item
                onChange={e => serve.mutate({ region: r, served: e.currentTarget.checked })}
              />
            ),
          },
        ]}
      />
    </Page>
  )
}
