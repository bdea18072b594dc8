import { Modal, type ModalProps } from '@mantine/core'
import { useT } from '@/i18n'
import { useReturnFocus } from './useReturnFocus'

/** Dialog is a window above the page while it is there. */
export function Dialog({ children, ...props }: Omit<ModalProps, 'opened' | 'closeButtonProps'>) {
  const t = useT()
  useReturnFocus()
  return (
    <Modal opened closeButtonProps={{ 'aria-label': t.common.close }} {...props}>
      {children}
    </Modal>
  )
}
