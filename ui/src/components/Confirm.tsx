import type { ReactNode } from 'react'
import { FormDialog } from './FormDialog'

interface Props {
  title: string
  hint: string
  submit: string
  close(): void
  onSubmit(): Promise<unknown>
  children?: ReactNode
}

/** Confirm asks once more before what can't be undone. */
export function Confirm({ title, hint, submit, close, onSubmit, children }: Props) {
  return (
    <FormDialog title={title} submit={submit} close={close} onSubmit={onSubmit} danger>
      <p>{hint}</p>
      {children}
    </FormDialog>
  )
}
