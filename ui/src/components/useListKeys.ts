import { type RefObject, useState } from 'react'
import { type Shortcut, useShortcuts } from '@/app/shortcuts'
import { useT } from '@/i18n'

/**
 * useListKeys moves through the links of a list that carry data-item: j and k
 * move the focus itself, so that Enter is the link's own and a screen reader
 * says where one is.
 */
export function useListKeys(list: RefObject<HTMLElement | null>, on = true): void {
  const t = useT()
  const [last, setLast] = useState(-1)
  const go = (step: number) => {
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])].filter(
      e => e.offsetParent !== null,
    )
    if (items.length === 0) return
    const focused = items.indexOf(document.activeElement as HTMLElement)
    // Where a row has gone with its focus, the one in its place is next.
    const from = focused === -1 ? last - step : focused
    const to = Math.max(0, Math.min(from + step, items.length - 1))
    setLast(to)
    items[to]?.focus()
    items[to]?.scrollIntoView({ block: 'nearest' })
  }
  const keys: Shortcut[] = [
    { keys: 'j', label: t.keys.down, group: 'lists', run: () => go(1) },
    { keys: 'k', label: t.keys.up, group: 'lists', run: () => go(-1) },
  ]
  useShortcuts(on ? keys : [])
}
