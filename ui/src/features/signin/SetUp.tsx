import { Alert, Button, Skeleton, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useNavigate } from '@tanstack/react-router'
import { asApiError } from '@/api/errors'
import { setUp } from '@/api/session'
import { lacking, useFields, useFocusWrong } from '@/components/FormDialog'
import { Password } from '@/components/Password'
import { ErrorState, explainAll } from '@/components/States'
import { useT } from '@/i18n'
import { Door } from './Door'
import css from './Door.module.css'
import { LoginInput } from './LoginInput'
import { useSignInPage } from './page'
import { SHORTEST } from './password'
import { useCodeOfAddress } from './setupCode'

/** SetUp makes the first administrator; the server closes it for ever after. */
export function SetUp() {
  const t = useT()
  const navigate = useNavigate()
  const client = useQueryClient()
  const page = useQuery(useSignInPage())
  const given = useCodeOfAddress()
  const form = useFields({ code: given, name: '', login: '', password: '', repeat: '' })
  const v = form.values
  const asked = page.data?.setup_code === true
  const short = v.password !== '' && [...v.password].length < SHORTEST
  const make = useMutation({
    mutationFn: () =>
      setUp({
        name: v.name.trim(),
        login: v.login.trim(),
        password: v.password,
        ...(asked ? { code: v.code.trim() } : {}),
      }),
    onSuccess: () => {
      client.clear()
      navigate({ to: '/', replace: true })
    },
    onError: err => form.setErrors(asApiError(err).fields),
  })
  const { form: element, focusWrong } = useFocusWrong<HTMLFormElement>()
  const submit = () => {
    if (make.isPending) return
    const lacks = lacking({
      code: asked && !v.code.trim() && t.common.required,
      name: !v.name.trim() && t.common.required,
      login: !v.login.trim() && t.common.required,
      password: !v.password && t.common.required,
      repeat: !v.repeat && t.common.required,
    })
    if (Object.keys(lacks).length === 0) return make.mutate()
    form.setErrors(lacks)
    focusWrong()
  }
  if (page.data && !page.data.setup_needed && !make.isPending && !make.isSuccess)
    return <Navigate to="/sign-in" search={{}} />
  const fields = ['code', 'name', 'login', 'password']
  const e = make.error ? asApiError(make.error) : undefined
  const elsewhere =
    e && !(e.status === 422 && Object.keys(e.fields).length > 0 && Object.keys(e.fields).every(f => fields.includes(f)))
  return (
    <Door title={t.setup.title} installation={page.data?.installation.name}>
      {page.error ? (
        <ErrorState error={page.error} retry={page.refetch} />
      ) : !page.data ? (
        <div role="status" aria-label={t.common.loading}>
          <Skeleton height={220} />
        </div>
      ) : (
        <>
          <p className="o-dim">{t.setup.hint}</p>
          <form
            ref={element}
            noValidate
            className={css.form}
            onSubmit={ev => {
              ev.preventDefault()
              submit()
            }}
          >
            {asked && (!given || form.errors.code) && (
              <TextInput
                size="sm"
                name="code"
                label={t.setup.code}
                description={t.setup.codeHint}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
                required
                withAsterisk={false}
                autoFocus
                {...form.text('code')}
              />
            )}
            <TextInput
              size="sm"
              name="name"
              label={t.common.personName}
              autoComplete="name"
              required
              withAsterisk={false}
              autoFocus={!asked || given !== ''}
              {...form.text('name')}
            />
            <LoginInput {...form.text('login')} />
            <Password
              size="sm"
              name="password"
              label={t.signIn.password}
              description={t.setup.passwordHint}
              autoComplete="new-password"
              required
              withAsterisk={false}
              {...form.text('password')}
              error={form.errors.password ?? (short ? t.setup.short : undefined)}
            />
            <Password
              size="sm"
              name="repeat"
              label={t.setup.repeat}
              autoComplete="new-password"
              required
              withAsterisk={false}
              {...form.text('repeat')}
              error={form.errors.repeat ?? (v.repeat && v.repeat !== v.password ? t.setup.mismatch : undefined)}
            />
            {elsewhere && (
              <Alert color="red" variant="light" p="xs" role="alert">
                {explainAll(e, t, fields)}
              </Alert>
            )}
            <Button
              type="submit"
              size="sm"
              loading={make.isPending}
              // Beside the field stands why.
              disabled={short || (v.repeat !== '' && v.repeat !== v.password)}
            >
              {t.setup.submit}
            </Button>
          </form>
        </>
      )}
    </Door>
  )
}
