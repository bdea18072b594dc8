import { Button, CopyButton, Group, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { encode } from 'uqr'
import { confirmTotp, endTotp, startTotp } from '@/api/session'
import { Dialog } from '@/components/Dialog'
import { FormDialog, useFields } from '@/components/FormDialog'
import { toastError } from '@/components/toast'
import { useT } from '@/i18n'
import css from './Profile.module.css'

/** Totp switches the second factor on and off. */
export function Totp({ on }: { on: boolean }) {
  const t = useT()
  const client = useQueryClient()
  const [started, setStarted] = useState<{ secret: string; uri: string }>()
  const [codes, setCodes] = useState<string[]>()
  const [ending, setEnding] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: ['me'] })
  const start = async () => {
    try {
      setStarted(await startTotp())
    } catch (err) {
      toastError(err, t)
    }
  }
  return (
    <div className={css.pair}>
      <span>
        {t.profile.totp}
        <br />
        <span className="o-dim">{on ? t.profile.totpOn : t.profile.totpOff}</span>
      </span>
      <Button variant="default" onClick={on ? () => setEnding(true) : start}>
        {on ? t.profile.totpEnd : t.profile.totpStart}
      </Button>
      {started && (
        <Enrol
          secret={started.secret}
          uri={started.uri}
          close={() => setStarted(undefined)}
          done={c => {
            setCodes(c)
            refresh()
          }}
        />
      )}
      {codes && <Codes codes={codes} close={() => setCodes(undefined)} />}
      {ending && <End close={() => setEnding(false)} done={refresh} />}
    </div>
  )
}

function Enrol({
  secret,
  uri,
  close,
  done,
}: {
  secret: string
  uri: string
  close(): void
  done(codes: string[]): void
}) {
  const t = useT()
  const form = useFields({ code: '' })
  const send = async () => done(await confirmTotp(form.values.code.replace(/\s/g, '')))
  return (
    <FormDialog
      title={t.profile.totp}
      submit={t.profile.totpConfirm}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['code']}
      missing={{ code: !/^\s*\d\s*(\d\s*){5}$/.test(form.values.code) && t.profile.sixFigures }}
    >
      <p>{t.profile.totpScan}</p>
      <Qr text={uri} />
      <code>{secret.match(/.{1,4}/g)?.join(' ')}</code>
      <TextInput
        label={t.profile.totpCode}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={8}
        data-autofocus
        {...form.text('code')}
      />
    </FormDialog>
  )
}

function End({ close, done }: { close(): void; done(): void }) {
  const t = useT()
  const form = useFields({ code: '' })
  const send = async () => {
    await endTotp(form.values.code.replace(/\s/g, ''))
    done()
  }
  return (
    <FormDialog
      title={t.profile.totpEndAsk}
      submit={t.profile.totpEnd}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['code']}
      missing={{ code: !form.values.code.trim() && t.common.required }}
      danger
    >
      <p>{t.profile.totpEndHint}</p>
      <TextInput
        label={t.signIn.code}
        autoComplete="one-time-code"
        maxLength={40}
        data-autofocus
        {...form.text('code')}
      />
    </FormDialog>
  )
}

/** Qr draws a code as one path: no picture from anywhere else sees the secret. */
function Qr({ text }: { text: string }) {
  const t = useT()
  const { size, path } = useMemo(() => {
    const { data, size } = encode(text, { border: 2 })
    const path = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
    return { size, path }
  }, [text])
  return (
    <svg
      className={css.qr}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={t.profile.qr}
      shapeRendering="crispEdges"
    >
      <title>{t.profile.qr}</title>
      <path d={path} fill="#000" />
    </svg>
  )
}

function Codes({ codes, close }: { codes: string[]; close(): void }) {
  const t = useT()
  return (
    <Dialog
      onClose={close}
      title={t.profile.totp}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <p>{t.profile.totpCodes}</p>
      <ul className={css.codes}>
        {codes.map(c => (
          <li key={c}>{c}</li>
        ))}
      </ul>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={codes.join('\n')}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t.common.copied : t.common.copy}
            </Button>
          )}
        </CopyButton>
        <Button onClick={close}>{t.profile.totpDone}</Button>
      </Group>
    </Dialog>
  )
}
