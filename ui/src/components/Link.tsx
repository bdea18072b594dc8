import { IconExternalLink } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useT } from '@/i18n'
import { safeLink, shortAddress } from '@/lib/links'

interface Props {
  to: string | null | undefined
  children?: ReactNode
  className?: string | undefined
}

/**
 * Outside leads to another site, when the address is one: http(s) only. Any
 * other address is shown as the text it is.
 */
export function Outside({ to, children, className }: Props) {
  const t = useT()
  const href = safeLink(to)
  if (!href)
    return to ? (
      <span className="o-dim" title={t.post.unsafeLink}>
        {to.slice(0, 200)}
      </span>
    ) : null
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow ugc" className={className} title={href}>
      {children ?? shortAddress(href)} <IconExternalLink size={12} aria-label={t.common.newWindow} role="img" />
    </a>
  )
}
