import { IconClockExclamation } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMe } from '@/app/me'
import { useSpeech } from '@/i18n'
import { lineQuery } from './data'
import css from './LateBanner.module.css'
import { lateWords } from './words'

/** LateBanner tells everybody, quietly, that the line is behind. */
export function LateBanner() {
  const { t, language } = useSpeech()
  const me = useMe()
  const { data: late } = useQuery(lineQuery)
  const text = lateWords(t, language, late ?? [], me.may('see posts'))
  return (
    <div role="status">
      {text && (
        <div className={css.banner}>
          <IconClockExclamation size={14} aria-hidden />
          <span>{text}</span>
          {me.may('operate') && <Link to="/status">{t.common.details}</Link>}
        </div>
      )}
    </div>
  )
}
