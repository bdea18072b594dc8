import { Fragment } from 'react'
import { onMac } from '@/app/shortcuts'
import { useT } from '@/i18n'
import { shown } from '@/lib/keys'
import css from './Keys.module.css'

/** Keys shows a shortcut. */
export function Keys({ keys }: { keys: string }) {
  const t = useT()
  const sequence = keys.includes(' ')
  return (
    <span className={css.keys}>
      {shown(keys, onMac()).map((k, i) => (
        <Fragment key={i}>
          {i > 0 && sequence && <span className={css.then}>{t.keys.after}</span>}
          <kbd className={css.key}>{k}</kbd>
        </Fragment>
      ))}
    </span>
  )
}
