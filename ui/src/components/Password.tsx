import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useT } from '@/i18n'

/** Password asks for one; it can be shown. */
export function Password(props: PasswordInputProps) {
  const t = useT()
  return <PasswordInput visibilityToggleButtonProps={{ 'aria-label': t.signIn.show }} {...props} />
}
