import { FormDialog } from './FormDialog'

interface Props {
  title: string
  hint: string
  submit: string
  close(): void
  onSubmit(): Promise<unknown>
}

/** Confirm asks once more before what can't be undone. */
export function Confirm({ title, hint, submit, close, onSubmit }: Props) {
  return (
    <FormDialog title={title} submit={submit} close={close} onSubmit={onSubmit} danger>
      <p>{hint}</p>
    </FormDialog>
  )
}
