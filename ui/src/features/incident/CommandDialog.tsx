import { Select, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { agenciesQuery } from '@/api/queries'
import type { Command, Incident } from '@/api/types'
import { FormDialog, type Missing, useFields } from '@/components/FormDialog'
import { PresetSelect } from '@/features/presets/PresetSelect'
import { useT } from '@/i18n'
import { type Commands, isFieldError } from './commands'
import type { Details } from './give'

interface Props {
  incident: Incident
  command: Command
  commands: Commands
  close(): void
}

/** CommandDialog asks for what a command needs besides the wish. */
export function CommandDialog({ incident: latest, command, commands, close }: Props) {
  const t = useT()
  // As it was when the dialog opened: whoever decides has to see what has changed since.
  const [incident] = useState(latest)
  const form = useFields({
    agency: incident.proposed?.id ? String(incident.proposed.id) : '',
    preset: '',
    reason: '',
    permalink: '',
    text: '',
    until: '',
    proof: '',
    of: '',
    comment: '',
  })
  const v = form.values
  const details = (): Details => {
    switch (command) {
      case 'assign':
        return {
          ...(v.agency ? { agency: Number(v.agency) } : {}),
          ...(v.preset ? { preset: v.preset } : {}),
          ...(v.comment ? { comment: v.comment } : {}),
        }
      case 'answer':
        return { permalink: v.permalink.trim() }
      case 'interim':
        return {
          text: v.text,
          ...(v.until ? { until: new Date(v.until).toISOString() } : {}),
          ...(v.permalink ? { permalink: v.permalink.trim() } : {}),
        }
      case 'verify':
        return { proof: v.proof }
      case 'duplicate':
        return { of: Number(v.of.replace(/\D/g, '')) || 0 }
      default:
        return { reason: v.reason }
    }
  }
  const missing: Missing = {
    agency: command === 'assign' && !v.agency && t.common.required,
    permalink: command === 'answer' && !v.permalink.trim() && t.common.required,
    text: command === 'interim' && !v.text.trim() && t.common.required,
    proof: command === 'verify' && !v.proof.trim() && t.common.required,
    of: command === 'duplicate' && !v.of && t.common.required,
    reason: ['return', 'rework', 'reopen'].includes(command) && !v.reason.trim() && t.common.required,
  }
  const send = async () => {
    try {
      await commands.run(incident, command, details())
    } catch (err) {
      // Everything but a wrong field has been told by a toast or the conflict's dialog.
      if (isFieldError(err)) throw err
    }
  }
  return (
    <FormDialog
      title={`№ ${incident.number} · ${t.commands[command]}`}
      submit={t.commands[command]}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['agency', 'preset', 'reason', 'permalink', 'text', 'until', 'proof', 'of', 'comment']}
      missing={missing}
    >
      {command === 'assign' && <AssignFields incident={incident} form={form} />}
      {command === 'interim' && (
        <>
          <Textarea label={t.fields.promise} autosize minRows={3} maxRows={10} data-autofocus {...form.text('text')} />
          <TextInput
            type="datetime-local"
            label={t.fields.until}
            description={t.fields.untilHint}
            {...form.text('until')}
          />
        </>
      )}
      {(command === 'answer' || command === 'interim') && (
        <TextInput
          type="url"
          label={t.fields.permalink}
          description={t.fields.permalinkHint}
          placeholder="https://"
          data-autofocus={command === 'answer' || undefined}
          {...form.text('permalink')}
        />
      )}
      {command === 'verify' && (
        <Textarea
          label={t.fields.proof}
          description={t.fields.proofHint}
          autosize
          minRows={2}
          maxRows={8}
          data-autofocus
          {...form.text('proof')}
        />
      )}
      {command === 'duplicate' && (
        <TextInput label={t.fields.of} inputMode="numeric" maxLength={15} data-autofocus {...form.text('of')} />
      )}
      {['return', 'rework', 'reopen'].includes(command) && (
        <Textarea
          label={t.fields.reason}
          description={t.fields.reasonHint}
          autosize
          minRows={3}
          maxRows={10}
          data-autofocus
          {...form.text('reason')}
        />
      )}
    </FormDialog>
  )
}

type Form = ReturnType<
  typeof useFields<{
    agency: string
    preset: string
    reason: string
    permalink: string
    text: string
    until: string
    proof: string
    of: string
    comment: string
  }>
>

function AssignFields({ incident, form }: { incident: Incident; form: Form }) {
  const t = useT()
  const { data: agencies } = useQuery(agenciesQuery)
  const mine = (agencies ?? []).filter(a => a.region === incident.region && a.active)
  return (
    <>
      <Select
        label={t.common.agency}
        {...(incident.proposed ? { description: t.fields.proposedAgency(incident.proposed.name) } : {})}
        data={mine.map(a => ({ value: String(a.id), label: a.name }))}
        value={form.values.agency || null}
        onChange={x => form.set({ agency: x ?? '' })}
        error={form.errors.agency}
        searchable
        nothingFoundMessage={t.palette.nothing}
        data-autofocus
        maxDropdownHeight={260}
      />
      <PresetSelect
        label={t.incident.preset}
        region={incident.region}
        usual={incident.preset}
        {...form.bind('preset')}
      />
      <Textarea label={t.fields.comment} autosize minRows={2} maxRows={8} {...form.text('comment')} />
    </>
  )
}
