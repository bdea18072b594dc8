import { Checkbox, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { addPerson, changePerson, type Person } from '@/api/session'
import { type Role, roles } from '@/api/types'
import { AgenciesSelect } from '@/components/AgenciesSelect'
import { FormDialog, useFields } from '@/components/FormDialog'
import { Password } from '@/components/Password'
import { RegionsSelect } from '@/components/RegionSelect'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'

export function PersonDialog({ person, close }: { person?: Person; close(): void }) {
  const t = useT()
  const client = useQueryClient()
  const form = useFields({
    name: person?.name ?? '',
    login: person?.login ?? '',
    role: (person?.role ?? 'specialist') as Role,
    regions: person?.regions ?? [],
    agencies: person?.agencies ?? [],
    sealed: person?.sealed ?? false,
    disabled: person?.disabled ?? false,
    email: person?.email ?? '',
    password: '',
  })
  const v = form.values
  const executor = v.role === 'executor'
  const send = async () => {
    const body = {
      name: v.name.trim(),
      ...(v.login.trim() ? { login: v.login.trim() } : {}),
      ...(v.email.trim() ? { email: v.email.trim() } : {}),
      ...(person ? { language: person.language } : {}),
      disabled: v.disabled,
      role: v.role,
      regions: v.regions,
      sealed: v.sealed,
      ...(executor ? { agencies: v.agencies } : {}),
      ...(v.password ? { password: v.password } : {}),
    }
    if (person) await changePerson(person.id, person.version, body)
    else await addPerson(body)
    client.invalidateQueries({ queryKey: ['people'] })
    toast(t.common.saved)
  }
  return (
    <FormDialog
      title={person ? `${t.people.edit}: ${person.name}` : t.people.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'login', 'role', 'regions', 'agencies', 'sealed', 'disabled', 'email', 'password']}
      missing={{
        name: !v.name.trim() && t.common.required,
        login: !v.login.trim() && !v.email.trim() && t.people.loginOrEmail,
        regions: v.regions.length === 0 && t.people.needRegions,
        agencies: executor && v.agencies.length === 0 && t.people.needAgency,
      }}
    >
      <TextInput label={t.common.personName} maxLength={200} data-autofocus autoComplete="off" {...form.text('name')} />
      <TextInput
        label={t.people.login}
        description={t.people.loginHint}
        maxLength={64}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        {...form.text('login')}
      />
      <TextInput
        type="email"
        label={t.people.email}
        description={t.people.emailHint}
        autoComplete="off"
        {...form.text('email')}
        // With an address the login may be missing.
        onChange={e => form.set({ email: e.currentTarget.value, login: v.login })}
      />
      <Select
        label={t.common.role}
        data={roles.map(r => ({ value: r, label: t.roles[r] }))}
        value={v.role}
        onChange={x => x && form.set({ role: x as Role })}
        allowDeselect={false}
        error={form.errors.role}
      />
      <RegionsSelect {...form.bind('regions')} />
      {executor && <AgenciesSelect {...form.bind('agencies')} regions={v.regions} />}
      <Password
        label={person ? t.people.newPassword : t.people.password}
        description={person ? t.people.newPasswordHint : t.people.passwordHint}
        autoComplete="new-password"
        {...form.text('password')}
      />
      <Checkbox label={t.people.sealed} {...form.check('sealed')} />
      {person && (
        <Checkbox
          label={t.people.active}
          checked={!v.disabled}
          onChange={e => form.set({ disabled: !e.currentTarget.checked })}
        />
      )}
    </FormDialog>
  )
}
