import { useQueryClient } from '@tanstack/react-query'
import { changePassword } from '@/api/session'
import { FormDialog, useFields } from '@/components/FormDialog'
import { Password } from '@/components/Password'
import { toast } from '@/components/toast'
import { SHORTEST } from '@/features/signin/password'
import { useT } from '@/i18n'

export function PasswordDialog({ close }: { close(): void }) {
  const t = useT()
  const client = useQueryClient()
  const form = useFields({ old: '', new: '', repeat: '' })
  const v = form.values
  const short = v.new !== '' && [...v.new].length < SHORTEST
  const differ = v.repeat !== '' && v.repeat !== v.new
  const send = async () => {
    await changePassword({ old: v.old, new: v.new })
    client.invalidateQueries({ queryKey: ['sessions'] })
    toast(t.profile.passwordChanged)
  }
  return (
    <FormDialog
      title={t.profile.changePassword}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['old', 'new']}
      missing={{
        old: !v.old && t.common.required,
        new: v.new ? short && t.setup.short : t.common.required,
        repeat: v.repeat ? differ && t.setup.mismatch : t.common.required,
      }}
    >
      <Password label={t.profile.oldPassword} autoComplete="current-password" data-autofocus {...form.text('old')} />
      <Password
        label={t.profile.newPassword}
        description={t.setup.passwordHint}
        autoComplete="new-password"
        {...form.text('new')}
        error={form.errors.new ?? (short ? t.setup.short : undefined)}
      />
      <Password
        label={t.setup.repeat}
        autoComplete="new-password"
        {...form.text('repeat')}
        error={form.errors.repeat ?? (differ ? t.setup.mismatch : undefined)}
      />
    </FormDialog>
  )
}
