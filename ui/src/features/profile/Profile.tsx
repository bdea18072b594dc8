import { Button, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { agenciesQuery } from '@/api/queries'
import { endSession, sessions } from '@/api/session'
import { useChooseLanguage, useMe } from '@/app/me'
import { useRegistry } from '@/app/shortcuts'
import { Page, Rows } from '@/components/Page'
import { useRegionName } from '@/components/Regions'
import { Empty } from '@/components/States'
import { Time } from '@/components/Time'
import { toast, toastError } from '@/components/toast'
import { useSpeech } from '@/i18n'
import { type Language, languages } from '@/i18n/language'
import { browserOf } from './browser'
import { OwnTokens } from './OwnTokens'
import { PasswordDialog } from './PasswordDialog'
import css from './Profile.module.css'
import { Totp } from './Totp'

/** Profile is one's own account. */
export function Profile() {
  const { t, language } = useSpeech()
  const chooseLanguage = useChooseLanguage()
  const me = useMe()
  const regionName = useRegionName()
  const { data: agencies } = useQuery({ ...agenciesQuery, enabled: me.agencies.length > 0 })
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const registry = useRegistry()
  const [changing, setChanging] = useState(false)
  return (
    <Page title={t.profile.title} list={false}>
      <div className={css.sections}>
        <section className={css.section} aria-labelledby="account">
          <h2 id="account">{t.profile.account}</h2>
          <dl className={css.facts}>
            <dt>{t.common.personName}</dt>
            <dd>{me.name}</dd>
            {me.login && (
              <>
                <dt>{t.signIn.login}</dt>
                <dd>{me.login}</dd>
              </>
            )}
            <dt>{t.common.role}</dt>
            <dd>{t.roles[me.role] ?? me.role}</dd>
            <dt>{t.profile.sees}</dt>
            <dd>
              {me.regions.map(regionName).join(', ')}
              {me.sealed && `, ${t.profile.sealedYes}`}
            </dd>
            {me.agencies.length > 0 && (
              <>
                <dt>{t.profile.agency}</dt>
                <dd>{me.agencies.map(id => agencies?.find(a => a.id === id)?.name ?? `№ ${id}`).join(', ')}</dd>
              </>
            )}
          </dl>
        </section>
        <section className={css.section} aria-labelledby="look">
          <h2 id="look">{t.profile.appearance}</h2>
          <div className={css.pair}>
            <span id="theme">{t.nav.theme}</span>
            <SegmentedControl
              aria-labelledby="theme"
              value={colorScheme}
              onChange={v => setColorScheme(v as 'light')}
              data={(['light', 'dark', 'auto'] as const).map(s => ({ value: s, label: t.nav[s] }))}
            />
          </div>
          <div className={css.pair}>
            <span id="language">{t.nav.language}</span>
            <SegmentedControl
              aria-labelledby="language"
              value={language}
              onChange={v => chooseLanguage(v as Language)}
              data={languages.map(l => ({ value: l.id, label: l.name }))}
            />
          </div>
          <Switch
            label={t.profile.keys}
            description={t.profile.keysHint}
            checked={registry.single}
            onChange={e => registry.setSingle(e.currentTarget.checked)}
          />
        </section>
        <section className={css.section} aria-labelledby="security">
          <h2 id="security">{t.profile.security}</h2>
          <div className={css.pair}>
            <span>
              {t.profile.password}
              {!me.has_password && (
                <>
                  <br />
                  <span className="o-dim">{t.profile.noPassword}</span>
                </>
              )}
            </span>
            {me.has_password && (
              <Button variant="default" onClick={() => setChanging(true)}>
                {t.profile.changePassword}
              </Button>
            )}
          </div>
          {/* A provider's sign-in asks for it too. Services have none. */}
          {me.language && <Totp on={me.totp} />}
        </section>
        {me.login !== undefined || me.language ? (
          <>
            <Sessions />
            <OwnTokens />
          </>
        ) : null}
      </div>
      {changing && <PasswordDialog close={() => setChanging(false)} />}
    </Page>
  )
}

function Sessions() {
  const { t } = useSpeech()
  const client = useQueryClient()
  const query = useQuery({ queryKey: ['sessions'], queryFn: sessions })
  const end = async (id: number) => {
    try {
      await endSession(id)
      toast(t.profile.sessionEnded)
    } catch (err) {
      toastError(err, t)
    }
    client.invalidateQueries({ queryKey: ['sessions'] })
  }
  return (
    <section className={css.section} aria-labelledby="sessions">
      <h2 id="sessions">{t.profile.sessions}</h2>
      <p className="o-dim">{t.profile.sessionsHint}</p>
      <Rows
        label={t.profile.sessions}
        rows={query.data}
        error={query.error}
        retry={query.refetch}
        id={s => s.id}
        empty={<Empty title={t.common.nothing} />}
        columns={[
          {
            name: t.common.name,
            kind: 'wide',
            cell: s => (
              <>
                {browserOf(s.agent)} {s.way === 'oidc' && <span className="o-dim">({t.profile.through})</span>}
              </>
            ),
          },
          { name: 'IP', kind: 'short', cell: s => s.address || '—' },
          { name: t.profile.began, kind: 'short', cell: s => <Time at={s.created_at} short /> },
          { name: t.profile.seen, kind: 'short', cell: s => <Time at={s.seen_at} short recent /> },
          {
            name: t.common.actions,
            kind: 'actions',
            cell: s =>
              s.current ? (
                <span className="o-dim">{t.profile.thisSession}</span>
              ) : (
                <Button
                  variant="default"
                  size="compact-xs"
                  aria-label={`${t.profile.endSession}: ${browserOf(s.agent)}`}
                  onClick={() => end(s.id)}
                >
                  {t.profile.endSession}
                </Button>
              ),
          },
        ]}
      />
    </section>
  )
}
