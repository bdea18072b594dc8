import { Skeleton } from '@mantine/core'
import { useT } from '@/i18n'

/** PageLoading is the shape of a page that is on its way. */
export function PageLoading({ rows = 8 }: { rows?: number }) {
  const t = useT()
  return (
    <div style={{ padding: 16 }} role="status" aria-label={t.common.loading}>
      <Skeleton height={24} width={220} mb={20} />
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={40} mb={8} />
      ))}
    </div>
  )
}
