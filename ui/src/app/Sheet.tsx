import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { useReturnFocus } from '@/components/useReturnFocus'
import { useT } from '@/i18n'

/** Sheet is what a phone has below its tabs. */
export function Sheet({ close, children }: { close: () => void; children: ReactNode }) {
  const t = useT()
  useReturnFocus()
  return (
    <Drawer
      opened
      onClose={close}
      position="bottom"
      size="80%"
      title={t.product}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      {children}
    </Drawer>
  )
}
