import { Button, CopyButton, Group, TextInput } from '@mantine/core'
import { useT } from '@/i18n'
import { Dialog } from './Dialog'

interface Props {
  title: string
  hint: string
  secret: string
  close(): void
}

/** Secret shows once what can't be had again. */
export function Secret({ title, hint, secret, close }: Props) {
  const t = useT()
  return (
    <Dialog
      onClose={close}
      title={title}
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <p>{hint}</p>
      <Group gap="xs" my="md" wrap="nowrap">
        <TextInput
          aria-label={title}
          value={secret}
          readOnly
          style={{ flex: 1 }}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          onFocus={e => e.currentTarget.select()}
          data-autofocus
        />
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? t.common.copied : t.common.copy}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Group justify="flex-end">
        <Button onClick={close}>{t.common.close}</Button>
      </Group>
    </Dialog>
  )
}
