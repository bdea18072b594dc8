import { Alert, Button, Group } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { asApiError } from '@/api/errors'
import { useT } from '@/i18n'
import { Dialog } from './Dialog'
import { explainAll } from './States'

export interface Bound<T> {
  value: T
  onChange(v: T): void
  error?: string | undefined
}

/** useFields holds what is typed into a form, and what the server found wrong with it. */
export function useFields<T extends object>(initial: T, wrong: Record<string, string> = {}) {
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState(wrong)
  return useMemo(
    () => ({
      values,
      errors,
      setErrors,
      set: (change: Partial<T>) => {
        setValues(v => ({ ...v, ...change }))
        setErrors(e => Object.fromEntries(Object.entries(e).filter(([k]) => !(k in change))))
      },
      bind: <K extends keyof T & string>(name: K): Bound<T[K]> => ({
        value: values[name],
        onChange: v => {
          setValues(x => ({ ...x, [name]: v }))
          setErrors(e => Object.fromEntries(Object.entries(e).filter(([k]) => k !== name)))
        },
        error: errors[name],
      }),
      /** For inputs that give an event. */
      text: <K extends keyof T & string>(name: K) => ({
        value: values[name] as unknown as string,
        onChange: (e: { currentTarget: { value: string } }) => {
          const v = e.currentTarget.value
          setValues(x => ({ ...x, [name]: v }))
          setErrors(all => Object.fromEntries(Object.entries(all).filter(([k]) => k !== name)))
        },
        error: errors[name],
      }),
      check: <K extends keyof T & string>(name: K) => ({
        checked: values[name] as unknown as boolean,
        onChange: (e: { currentTarget: { checked: boolean } }) => {
          const v = e.currentTarget.checked
          setValues(x => ({ ...x, [name]: v }))
        },
      }),
    }),
    [values, errors],
  )
}

/** What a form lacks, by field, and what to say beside it; false for what it has. */
export type Missing = Record<string, string | false | undefined>

export const lacking = (missing: Missing): Record<string, string> =>
  Object.fromEntries(Object.entries(missing).filter((e): e is [string, string] => typeof e[1] === 'string'))

/** useFocusWrong gives a function that takes the focus to the first field of a form that is marked as wrong. */
export function useFocusWrong<T extends HTMLElement>() {
  const form = useRef<T>(null)
  const [asked, setAsked] = useState(0)
  useEffect(() => {
    if (asked > 0) form.current?.querySelector<HTMLElement>(':is(input, textarea)[aria-invalid="true"]')?.focus()
  }, [asked])
  return { form, focusWrong: () => setAsked(n => n + 1) }
}

interface Props {
  title: string
  submit: string
  close(): void
  /** Sends; the dialog closes when it succeeds, unless it gives 'stay'; it stays with what is wrong when it fails. */
  onSubmit(): Promise<unknown>
  /** Puts errors of fields beside their inputs. */
  onErrors?(fields: Record<string, string>): void
  /** Names of the fields that show their own errors. */
  fields?: string[]
  danger?: boolean
  size?: string | number
  extra?: ReactNode
  /**
   * What has to be filled in first. The button can be pressed all the same, and
   * then says it: a grey one would leave people guessing.
   */
  missing?: Missing
  /** There is nothing to send, whatever is filled in. */
  disabled?: boolean
  children?: ReactNode
}

/** FormDialog asks for something and sends it. */
export function FormDialog({
  title,
  submit,
  close,
  onSubmit,
  onErrors,
  fields = [],
  danger,
  size = 'md',
  extra,
  missing = {},
  disabled,
  children,
}: Props) {
  const t = useT()
  const { form, focusWrong } = useFocusWrong<HTMLFormElement>()
  const send = useMutation({
    mutationFn: onSubmit,
    onSuccess: result => {
      if (result !== 'stay') close()
    },
    onError: err => {
      onErrors?.(asApiError(err).fields)
      focusWrong()
    },
  })
  const press = () => {
    if (send.isPending || disabled) return
    const lacks = lacking(missing)
    if (Object.keys(lacks).length === 0) return send.mutate()
    onErrors?.(lacks)
    focusWrong()
  }
  const error = send.error
  const onlyFields =
    error &&
    asApiError(error).status === 422 &&
    Object.keys(asApiError(error).fields).every(f => fields.includes(f)) &&
    fields.length > 0
  return (
    <Dialog onClose={close} title={title} size={size} closeOnClickOutside={false}>
      <form
        ref={form}
        noValidate
        onSubmit={e => {
          e.preventDefault()
          press()
        }}
        onKeyDown={e => {
          if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) {
            e.preventDefault()
            e.currentTarget.requestSubmit()
          }
        }}
        style={{ display: 'flex', flexDirection: 'column', gap: 12 }}
      >
        {children}
        {error && !onlyFields && (
          <Alert color="red" variant="light" p="xs" role="alert">
            {explainAll(error, t, fields)}
          </Alert>
        )}
        <Group justify="space-between" mt={4}>
          <div>{extra}</div>
          <Group gap="xs">
            <Button variant="default" onClick={close}>
              {t.common.cancel}
            </Button>
            <Button
              type="submit"
              loading={send.isPending}
              disabled={disabled ?? false}
              {...(danger ? { color: 'red.8' } : {})}
            >
              {submit}
            </Button>
          </Group>
        </Group>
      </form>
    </Dialog>
  )
}
