import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { useSpeech } from '@/i18n'
import { languages } from '@/i18n/language'
import css from './Door.module.css'

/** Door is what stands around the pages that everybody may see. */
export function Door({
  title,
  wide,
  children,
  about = true,
  installation,
}: {
  title: string
  wide?: boolean
  children: ReactNode
  about?: boolean
  installation?: string | undefined
}) {
  const { t, language, setLanguage } = useSpeech()
  const other = languages.find(l => l.id !== language)
  useEffect(() => {
    document.title = `${title} · ${t.product}`
  }, [title, t])
  return (
    <div className={css.door}>
      <main className={css.card} data-wide={wide || undefined}>
        <div className={css.logo}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          <span>
            <strong>{t.product}</strong>
            <span className="o-dim">{installation && installation !== t.product ? installation : t.tagline}</span>
          </span>
        </div>
        <h1>{title}</h1>
        {children}
      </main>
      <footer className={css.foot}>
        {about && <Link to="/about">{t.about.title}</Link>}
        {other && (
          <button type="button" className={css.language} lang={other.id} onClick={() => setLanguage(other.id)}>
            {other.name}
          </button>
        )}
      </footer>
    </div>
  )
}
