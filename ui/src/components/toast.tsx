import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type Dictionary, useT } from '@/i18n'
import { explainAll } from './States'
import css from './toast.module.css'

function Body({ text, undo, id }: { text: string; undo?: () => void; id: string }) {
  const t = useT()
  return (
    <div className={css.toast}>
      <span>{text}</span>
      {undo && (
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            notifications.hide(id)
            undo()
          }}
        >
          {t.common.undo}
        </Button>
      )}
    </div>
  )
}

let serial = 0

/** toast says what was done; with undo for eight seconds, where it can be undone. */
export function toast(text: string, undo?: () => void): void {
  const id = `toast-${++serial}`
  notifications.show({
    id,
    message: <Body id={id} text={text} {...(undo ? { undo } : {})} />,
    autoClose: undo ? 8000 : 4000,
    withBorder: true,
    withCloseButton: true,
  })
}

/** toastError says what failed, and that it was taken back where it was shown already. */
export function toastError(err: unknown, t: Dictionary, rolledBack = false): void {
  const text = explainAll(err, t)
  notifications.show({
    color: 'red',
    message: rolledBack ? `${t.errors.rolledBack} ${text}` : text,
    autoClose: 10_000,
    withBorder: true,
  })
}
