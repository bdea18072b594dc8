import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useSpeech, word } from '@/i18n'
import { Door } from './Door'
import css from './Door.module.css'
import { useSignInPage } from './page'

/** About tells everybody what this installation collects, why, and for how long. */
export function About() {
  const { t, language } = useSpeech()
  const { data } = useQuery(useSignInPage())
  const i = data?.installation
  return (
    <Door title={t.about.title} wide about={false} installation={i?.name}>
      <dl className={css.about}>
        <dt>{t.about.what}</dt>
        <dd>{i?.collects || t.about.whatText}</dd>
        <dt>{t.about.why}</dt>
        <dd>{i?.why || t.about.whyText}</dd>
        {i?.regions && i.regions.length > 0 && (
          <>
            <dt>{t.about.regions}</dt>
            <dd>{i.regions.map(r => (language === 'en' && r.name_en ? r.name_en : r.name)).join(', ')}</dd>
          </>
        )}
        <dt>{t.about.long}</dt>
        <dd>
          {t.about.longText}
          {i?.kept && i.kept.length > 0 && (
            <ul>
              {i.kept.map(r => (
                <li key={r.class}>{t.about.retention(word(t.about.classes, r.class), t.count.months(r.months))}</li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{t.about.not}</dt>
        <dd>{t.about.notText}</dd>
      </dl>
      <p>
        <Link to="/sign-in" search={{}}>
          {t.about.back}
        </Link>
      </p>
    </Door>
  )
}
