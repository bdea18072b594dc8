import { Button } from '@mantine/core'
import { useT } from '@/i18n'
import { Empty } from './States'

/** NoneLikeThis stands where conditions leave nothing of a list. */
export function NoneLikeThis({ clear }: { clear(): void }) {
  const t = useT()
  return (
    <Empty title={t.common.noneLikeThis} hint={t.common.noneLikeThisHint}>
      <Button variant="default" onClick={clear}>
        {t.common.clear}
      </Button>
    </Empty>
  )
}
