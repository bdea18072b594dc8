import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useSpeech } from '@/i18n'
import { Door } from './Door'
import css from './Door.module.css'
import { signInQuery } from './SignIn'

/** About tells everybody what this installation collects, why, and for how long. */
export function About() {
  const { t, language } = useSpeech()
  const { data } = useQuery(signInQuery)
  const i = data?.installation
  return (
    <Door title={t.about.title} wide about={false} installation={i?.name}>
      <dl className={css.about}>
        <dt>{t.about.what}</dt>
        <dd>
          {t.about.whatText}
          {i?.collects && i.collects.length > 0 && (
            <ul>
              {i.collects.map(c => (
                <li key={c.network}>
                  {t.networks[c.network] ?? c.network}
                  {c.sources !== undefined && `: ${t.count.sources(c.sources)}`}
                </li>
              ))}
            </ul>
          )}
        </dd>
        {i?.regions && i.regions.length > 0 && (
          <>
            <dt>{t.about.regions}</dt>
            <dd>{i.regions.map(r => (language === 'en' && r.name_en ? r.name_en : r.name)).join(', ')}</dd>
          </>
        )}
        <dt>{t.about.why}</dt>
        <dd>{t.about.whyText}</dd>
        <dt>{t.about.long}</dt>
        <dd>
          {t.about.longText}
          {i?.retention && i.retention.length > 0 && (
            <ul>
              {i.retention.map(r => (
                <li key={r.class}>
                  {t.about.retention(r.class === 'standard' ? t.about.standard : r.class, t.count.days(r.days))}
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{t.about.not}</dt>
        <dd>{t.about.notText}</dd>
        {i?.contact && (
          <>
            <dt>{t.about.contact}</dt>
            <dd>{i.contact}</dd>
          </>
        )}
      </dl>
      <p>
        <Link to="/sign-in" search={{}}>
          {t.about.back}
        </Link>
      </p>
    </Door>
  )
}
