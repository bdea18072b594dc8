import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { useT } from '@/i18n'
import { toastError } from './toast'

interface Options<T, V, R> {
  /** Of the list. */
  queryKey: QueryKey
  send(v: V): Promise<R>
  /** The list as it will be. */
  apply(all: T[], v: V): T[]
  done(after: R, v: V): void
  /** What else is another afterwards. */
  also?: QueryKey
}

/** useOptimistic changes a list on the screen at once, and takes that back where the server refuses. */
export function useOptimistic<T, V, R>({ queryKey, send, apply, done, also }: Options<T, V, R>) {
  const t = useT()
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onMutate: async (v: V) => {
      await client.cancelQueries({ queryKey })
      const before = client.getQueryData<T[]>(queryKey)
      client.setQueryData<T[]>(queryKey, all => all && apply(all, v))
      return { before }
    },
    onError: (err, _v, context) => {
      client.setQueryData(queryKey, context?.before)
      toastError(err, t, true)
    },
    onSuccess: done,
    onSettled: () => client.invalidateQueries({ queryKey: also ?? queryKey }),
  })
}
