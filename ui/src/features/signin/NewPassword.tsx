import { Alert, Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { asApiError } from '@/api/errors'
import { changePassword } from '@/api/session'
import { lacking, useFields, useFocusWrong } from '@/components/FormDialog'
import { Password } from '@/components/Password'
import { explainAll } from '@/components/States'
import { useT } from '@/i18n'
import { Door } from './Door'
import css from './Door.module.css'
import { SHORTEST } from './password'

/** NewPassword is all that whoever was given a password may see before it is their own. */
export function NewPassword() {
  const t = useT()
  const navigate = useNavigate()
  const client = useQueryClient()
  const form = useFields({ old: '', new: '', repeat: '' })
  const v = form.values
  const short = v.new !== '' && [...v.new].length < SHORTEST
  const change = useMutation({
    mutationFn: () => changePassword({ old: v.old, new: v.new }),
    onSuccess: () => {
      client.clear()
      navigate({ to: '/', replace: true })
    },
    onError: err => form.setErrors(asApiError(err).fields),
  })
  const { form: element, focusWrong } = useFocusWrong<HTMLFormElement>()
  const submit = () => {
    if (change.isPending) return
    const lacks = lacking({
      old: !v.old && t.common.required,
      new: !v.new && t.common.required,
      repeat: !v.repeat && t.common.required,
    })
    if (Object.keys(lacks).length === 0) return change.mutate()
    form.setErrors(lacks)
    focusWrong()
  }
  return (
    <Door title={t.signIn.mustChange}>
      <p className="o-dim">{t.signIn.mustChangeHint}</p>
      <form
        ref={element}
        noValidate
        className={css.form}
        onSubmit={e => {
          e.preventDefault()
          submit()
        }}
      >
        <Password
          size="sm"
          name="old"
          label={t.profile.oldPassword}
          autoComplete="current-password"
          autoFocus
          {...form.text('old')}
        />
        <Password
          size="sm"
          name="new"
          label={t.profile.newPassword}
          description={t.setup.passwordHint}
          autoComplete="new-password"
          {...form.text('new')}
          error={form.errors.new ?? (short ? t.setup.short : undefined)}
        />
        <Password
          size="sm"
          name="repeat"
          label={t.setup.repeat}
          autoComplete="new-password"
          {...form.text('repeat')}
          error={form.errors.repeat ?? (v.repeat && v.repeat !== v.new ? t.setup.mismatch : undefined)}
        />
        {change.error && (
          <Alert color="red" variant="light" p="xs" role="alert">
            {explainAll(change.error, t, ['old', 'new'])}
          </Alert>
        )}
        <Button
          type="submit"
          size="sm"
          loading={change.isPending}
          // Beside the field stands why.
          disabled={short || (v.repeat !== '' && v.repeat !== v.new)}
        >
          {t.profile.changePassword}
        </Button>
      </form>
    </Door>
  )
}
