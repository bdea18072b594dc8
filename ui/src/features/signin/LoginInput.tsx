import { TextInput, type TextInputProps } from '@mantine/core'
import { useT } from '@/i18n'

/** The login, as browsers know it and as nobody's dictionary corrects it. */
export function LoginInput(props: TextInputProps) {
  const t = useT()
  return (
    <TextInput
      size="sm"
      name="login"
      label={t.signIn.login}
      autoComplete="username"
      autoCapitalize="off"
      spellCheck={false}
      required
      withAsterisk={false}
      {...props}
    />
  )
}
