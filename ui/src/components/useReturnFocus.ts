import { useEffect, useState } from 'react'

/** Where the focus is; for an item of a menu, which goes, what opened the menu. */
function opener(): HTMLElement | null {
  const at = document.activeElement
  const menu = at?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  return (menu ? document.getElementById(menu) : at) as HTMLElement | null
}

/**
 * useReturnFocus gives the focus back where it was when something that took it
 * goes. Mantine does so only for what is closed before it goes.
 */
export function useReturnFocus(): void {
  const [before] = useState(opener)
  useEffect(
    () => () => {
      setTimeout(() => {
        const at = document.activeElement
        if ((!at || at === document.body) && before?.isConnected) before.focus({ preventScroll: true })
      })
    },
    [before],
  )
}
