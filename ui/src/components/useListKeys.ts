import { type RefObject, useLayoutEffect, useState } from 'react'
import { type Shortcut, useShortcuts } from '@/app/shortcuts'
import { useT } from '@/i18n'

// Which item was opened last, by the page of its list.
const left = new Map<string, string>()

const AGAIN = 120 // ms: the list is drawn and scrolled to where it was

/** Whoever comes back to a list is on the item that they left it by. */
function useComeBack(list: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const page = location.pathname
    const timer = setTimeout(() => {
      const to = left.get(page)
      const at = document.activeElement
      if (!to || (at && at !== document.body && at.id !== 'content')) return
      list.current?.querySelector<HTMLElement>(`[data-item][href="${CSS.escape(to)}"]`)?.focus({ preventScroll: true })
    }, AGAIN)
    return () => {
      clearTimeout(timer)
      const href = document.activeElement?.matches('[data-item]') && document.activeElement.getAttribute('href')
      if (href) left.set(page, href)
    }
  }, [list])
}

/**
 * useListKeys moves through the links of a list that carry data-item: j and k
 * move the focus itself, so that Enter is the link's own and a screen reader
 * says where one is.
 */
export function useListKeys(list: RefObject<HTMLElement | null>, on = true): void {
  const t = useT()
  const [last, setLast] = useState(-1)
  useComeBack(list)
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
