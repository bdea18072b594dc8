import { Button, Checkbox, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '@/api/client'
import { asApiError } from '@/api/errors'
import type { SearchDraft } from '@/api/types'
import { useMe } from '@/app/me'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionsSelect } from '@/components/RegionSelect'
import { useT } from '@/i18n'
import { type Fault, faultsOf } from '@/lib/query'
import { Dates } from './Dates'

interface Props {
  draft: SearchDraft
  /** Of a search that is being changed. */
  existing?: { id: number; version: number }
  close(): void
}

/** SearchDialog saves a search, or changes one; then it offers to make a rule of it. */
export function SearchDialog({ draft, existing, close }: Props) {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [faults, setFaults] = useState<Fault[]>([])
  const [sent, setSent] = useState('')
  const form = useFields({
    name: draft.name,
    query: draft.query,
    regions: draft.regions ?? [],
    sealed: draft.sealed ?? false,
  })
  const send = async () => {
    const v = form.values
    const body = {
      name: v.name.trim(),
      query: v.query.trim(),
      sealed: v.sealed,
      ...(v.regions.length ? { regions: v.regions } : {}),
    }
    const saved = await (existing
      ? data(
          api.PUT('/api/v1/searches/{id}', {
            params: { path: { id: existing.id } },
            body: { ...body, version: existing.version },
          }),
        )
      : data(api.POST('/api/v1/searches', { body }))
    ).catch(err => {
      const bad = asApiError(err).problem.errors?.filter(e => e.location === 'body.query') ?? []
      setFaults(faultsOf(v.query, bad))
      setSent(v.query)
      throw err
    })
    client.invalidateQueries({ queryKey: ['searches'] })
    const id = `search-${saved.id}-${saved.version}`
    const makeRule = () => {
      notifications.hide(id)
      navigate({ to: '/rules', search: { search: saved.id } })
    }
    notifications.show({
      id,
      withBorder: true,
      autoClose: 10_000,
      message: (
        <>
          {t.searches.saved(saved.name)}{' '}
          {!existing && me.may('edit rules') && (
            <Button size="compact-xs" variant="subtle" onClick={makeRule}>
              {t.searches.makeRule}
            </Button>
          )}
        </>
      ),
    })
  }
  return (
    <FormDialog
      title={existing ? t.searches.edit : t.searches.new}
      submit={t.common.save}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['name', 'query', 'regions', 'sealed']}
      missing={{
        name: !form.values.name.trim() && t.common.required,
        query: !form.values.query.trim() && t.common.required,
      }}
    >
      <TextInput label={t.common.name} data-autofocus maxLength={200} {...form.text('name')} />
      <Textarea
        label={t.searches.query}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        {...form.text('query')}
        error={
          form.errors.query && sent && faults.length > 0
            ? faults.map(f => `«${sent.slice(f.start, f.end)}»: ${f.message}`).join('; ')
            : form.errors.query
        }
      />
      <Dates query={form.values.query} />
      <RegionsSelect {...form.bind('regions')} description={t.searches.regionsHint} />
      {me.sealed && <Checkbox label={t.searches.sealed} {...form.check('sealed')} />}
    </FormDialog>
  )
}
