import { Alert, Button, Skeleton, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asApiError } from '@/api/errors'
import { completeSignIn, oidcAddress, signIn } from '@/api/session'
import { ownPath } from '@/app/router'
import { Password } from '@/components/Password'
import { ErrorState, explain } from '@/components/States'
import { useT } from '@/i18n'
import { Door } from './Door'
import css from './Door.module.css'
import { LoginInput } from './LoginInput'
import { useSignInPage } from './page'

/** SignIn asks for login and password, then for the code where the second factor is on. */
export function SignIn() {
  const t = useT()
  const { next, problem, code: half } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const page = useQuery(useSignInPage())
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [needsCode, setNeedsCode] = useState(false)
  const [over, setOver] = useState(false)
  /** A provider has said who it is, and only the code is left to ask. */
  const onlyCode = half === 'needed' && !over
  const typed = code.replace(/\s/g, '')
  const enter = useMutation({
    mutationFn: () =>
      onlyCode
        ? completeSignIn({ code: typed })
        : signIn({ login: login.trim(), password, ...(needsCode ? { code: typed } : {}) }),
    onSuccess: () => {
      client.clear()
      navigate({ to: ownPath(next), replace: true })
    },
    onError: err => {
      const e = asApiError(err)
      if (e.problem.needs_code) setNeedsCode(true)
      else if (onlyCode && e.status === 401) setOver(true)
    },
  })
  if (page.data?.setup_needed) return <Navigate to="/setup" />
  const e = enter.error ? asApiError(enter.error) : undefined
  const asked = e?.problem.needs_code === true
  const wrong =
    e && !(asked && !code)
      ? e.status === 401
        ? asked
          ? t.signIn.wrongCode
          : over
            ? t.signIn.problems.again
            : t.signIn.wrong
        : explain(e, t)
      : undefined
  return (
    <Door title={t.signIn.title} installation={page.data?.installation.name}>
      {page.error ? (
        <ErrorState error={page.error} retry={page.refetch} />
      ) : !page.data ? (
        <div role="status" aria-label={t.common.loading}>
          <Skeleton height={150} />
        </div>
      ) : (
        <>
          <form
            className={css.form}
            onSubmit={ev => {
              ev.preventDefault()
              if (!enter.isPending) enter.mutate()
            }}
          >
            {onlyCode ? (
              <p className="o-dim">{t.signIn.onlyCode}</p>
            ) : (
              <>
                <LoginInput autoFocus value={login} onChange={ev => setLogin(ev.currentTarget.value)} />
                <Password
                  size="sm"
                  name="password"
                  label={t.signIn.password}
                  autoComplete="current-password"
                  required
                  withAsterisk={false}
                  value={password}
                  onChange={ev => setPassword(ev.currentTarget.value)}
                />
              </>
            )}
            {(needsCode || onlyCode) && (
              <TextInput
                size="sm"
                name="code"
                label={t.signIn.code}
                description={t.signIn.codeHint}
                inputMode="numeric"
                autoComplete="one-time-code"
                required
                withAsterisk={false}
                autoFocus
                value={code}
                onChange={ev => setCode(ev.currentTarget.value)}
              />
            )}
            {!e && problem && t.signIn.problems[problem] && (
              <Alert color="red" variant="light" p="xs" role="alert">
                {t.signIn.problems[problem]}
              </Alert>
            )}
            {wrong && (
              <Alert color="red" variant="light" p="xs" role="alert">
                {wrong}
              </Alert>
            )}
            <Button type="submit" size="sm" loading={enter.isPending}>
              {t.signIn.submit}
            </Button>
          </form>
          {(page.data.oidc ?? []).length > 0 && (
            <>
              <div className={css.or}>{t.signIn.or}</div>
              {(page.data.oidc ?? []).map(p => (
                <Button key={p.id} component="a" href={oidcAddress(p.id, ownPath(next))} variant="default" size="sm">
                  {t.signIn.with(p.name)}
                </Button>
              ))}
            </>
          )}
        </>
      )}
    </Door>
  )
}
