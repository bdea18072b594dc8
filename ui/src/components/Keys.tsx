import { Fragment } from 'react'
import { onMac } from '@/app/shortcuts'
import { useT } from '@/i18n'
import { shown } from '@/lib/keys'
import css from './Keys.module.css'

/** Keys shows a shortcut. */
export function Keys({ keys }: { keys: string }) {
  const t = useT()
  const chord = keys.includes(' ')
  return (
    <span className={css.keys}>
      {shown(keys, onMac()).map((k, i) => (
        <Fragment key={i}>
          {i > 0 && <span className={css.then}>{chord ? t.keys.after : '+'}</span>}
          <kbd className={css.key}>{k}</kbd>
        </Fragment>
      ))}
    </span>
  )
}
