import { type ShouldBlockFn, useBlocker } from '@tanstack/react-router'
import { useT } from '@/i18n'
import { Confirm } from './Confirm'

type Way = Parameters<ShouldBlockFn>[0]

/** The way that leads to another page. */
export const toOtherPage = ({ current, next }: Way) => current.pathname !== next.pathname

interface Props {
  /** There is something that would be lost. */
  dirty: boolean
  /** What would be lost, in a sentence. */
  hint: string
  /** Which ways lead away from it. */
  away?: (way: Way) => boolean
}

/** Leave asks before a page is left whose edits are not saved. */
export function Leave({ dirty, hint, away = toOtherPage }: Props) {
  const t = useT()
  const blocker = useBlocker({
    shouldBlockFn: way => dirty && away(way),
    enableBeforeUnload: () => dirty,
    withResolver: true,
  })
  if (blocker.status !== 'blocked') return null
  return (
    <Confirm
      title={t.common.leave}
      hint={hint}
      submit={t.common.leaveYes}
      close={blocker.reset}
      onSubmit={async () => blocker.proceed()}
    />
  )
}
