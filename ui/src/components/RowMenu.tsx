import { ActionIcon, Menu } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useT } from '@/i18n'

export interface RowAction {
  name: string
  run(): void
  icon?: ReactNode
  danger?: boolean
}

/** RowMenu is what can be done with a row. */
export function RowMenu({ of, actions }: { of: string; actions: RowAction[] }) {
  const t = useT()
  if (actions.length === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`${t.common.actions}: ${of}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(a => (
          <Menu.Item
            key={a.name}
            leftSection={a.icon}
            onClick={a.run}
            {...(a.danger ? { style: { color: 'var(--o-danger)' } } : {})}
          >
            {a.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
