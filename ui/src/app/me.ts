import { useSuspenseQuery } from '@tanstack/react-query'
import { meQuery } from '@/api/queries'
import type { Me } from '@/api/session'
import type { Action } from '@/api/types'

/** Who is signed in. Inside the shell there is always somebody. */
export function useMe(): Me & { may(a: Action): boolean } {
  const { data } = useSuspenseQuery(meQuery)
  return { ...data, may: a => mayDo(data, a) }
}

/** Administrators manage people also on servers that have no such action yet. */
export const mayDo = (me: Me, a: Action): boolean =>
  me.actions.includes(a) || (a === 'edit people' && me.role === 'administrator')
