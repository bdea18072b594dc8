import { Dialog } from '@/components/Dialog'
import { Keys } from '@/components/Keys'
import { useT } from '@/i18n'
import css from './Help.module.css'
import { type Shortcut, useRegistry } from './shortcuts'

/** Help shows the shortcuts that work here and now. */
export function Help({ close }: { close: () => void }) {
  const t = useT()
  const registry = useRegistry()
  const all = [...new Map(registry.all().map(s => [s.keys, s])).values()]
  // What has two keys is one line.
  const keysOf = (s: Shortcut) => all.filter(x => x.group === s.group && x.label === s.label)
  const groups: [Shortcut['group'], string][] = [
    ['here', t.keys.here],
    ['lists', t.keys.lists],
    ['everywhere', t.keys.everywhere],
  ]
  return (
    <Dialog onClose={close} title={t.keys.title} size="lg">
      <p className={css.hint}>{t.keys.hint}</p>
      <div className={css.groups}>
        {groups.map(([group, name]) => {
          const list = all.filter(s => s.group === group && keysOf(s)[0] === s)
          if (list.length === 0) return null
          return (
            <section key={group}>
              <h2 className={css.name}>{name}</h2>
              <dl className={css.list}>
                {list.map(s => (
                  <div key={s.keys} className={css.row}>
                    <dt>{s.label}</dt>
                    <dd>
                      {keysOf(s).map(k => (
                        <Keys key={k.keys} keys={k.keys} />
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          )
        })}
      </div>
    </Dialog>
  )
}
