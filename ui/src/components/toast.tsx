import { Button, CloseButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type Dictionary, useT } from '@/i18n'
import { explainAll } from './States'
import css from './toast.module.css'

function Body({ text, undo, hide }: { text: string; undo?: (() => void) | undefined; hide(): void }) {
  const t = useT()
  return (
    <div className={css.toast}>
      <span className={css.text}>{text}</span>
      {undo && (
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => {
            hide()
            undo()
          }}
        >
          {t.common.undo}
        </Button>
      )}
      <CloseButton size="sm" aria-label={t.common.close} onClick={hide} />
    </div>
  )
}

let serial = 0

function show(text: string, autoClose: number, undo?: () => void, color?: string): void {
  const id = `toast-${++serial}`
  notifications.show({
    id,
    message: <Body text={text} undo={undo} hide={() => notifications.hide(id)} />,
    autoClose,
    withBorder: true,
    // The library's own has no name for who can't see it.
    withCloseButton: false,
    ...(color ? { color } : {}),
  })
}

/** toast says what was done; with undo for eight seconds, where it can be undone. */
export function toast(text: string, undo?: () => void): void {
  show(text, undo ? 8000 : 4000, undo)
}

/** toastError says what failed, and that it was taken back where it was shown already. */
export function toastError(err: unknown, t: Dictionary, rolledBack = false): void {
  const text = explainAll(err, t)
  show(rolledBack ? `${t.errors.rolledBack} ${text}` : text, 10_000, undefined, 'red')
}
