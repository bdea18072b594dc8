import { Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, data } from '@/api/client'
import { postQuery } from '@/api/queries'
import { type Severity, severities } from '@/api/types'
import { FormDialog, useFields } from '@/components/FormDialog'
import { RegionSelect } from '@/components/RegionSelect'
import { toast } from '@/components/toast'
import { useT } from '@/i18n'

/** OpenIncident opens an incident from a post, and goes there. */
export function OpenIncident({ id, close }: { id: string; close(): void }) {
  const t = useT()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { data: post } = useQuery(postQuery(id, ''))
  const form = useFields({ region: '', title: '', severity: 'normal' as Severity })
  const region = form.values.region || post?.regions?.[0] || ''
  const send = async () => {
    const { title, severity } = form.values
    const made = await data(
      api.POST('/api/v1/incidents', {
        body: { post: id, severity, ...(region ? { region } : {}), ...(title.trim() ? { title: title.trim() } : {}) },
      }),
    )
    client.setQueryData(['incident', made.number], made)
    client.invalidateQueries({ queryKey: ['incidents'] })
    toast(t.post.opened(made.number))
    navigate({ to: '/incidents/$number', params: { number: String(made.number) } })
  }
  return (
    <FormDialog
      title={t.post.incidentFor}
      submit={t.post.openIncident}
      close={close}
      onSubmit={send}
      onErrors={form.setErrors}
      fields={['title', 'region', 'severity']}
    >
      <TextInput
        label={t.post.incidentTitle}
        description={t.post.incidentTitleHint}
        maxLength={200}
        data-autofocus
        {...form.text('title')}
      />
      <RegionSelect {...form.bind('region')} value={region} only={post?.regions} />
      <Select
        label={t.common.severity}
        data={severities.map(s => ({ value: s, label: t.severities[s] }))}
        value={form.values.severity}
        onChange={v => v && form.set({ severity: v as Severity })}
        allowDeselect={false}
        error={form.errors.severity}
      />
    </FormDialog>
  )
}
