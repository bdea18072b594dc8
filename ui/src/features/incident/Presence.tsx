import { Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, data, spoken } from '@/api/client'
import { useT } from '@/i18n'
import { initials } from './initials'
import css from './Presence.module.css'

const BEAT = 10_000 // ms; a sign is forgotten after thirty seconds
const SHOWN = 4

/** Presence says who else has the incident open now, and to them that one has it open oneself. */
export function Presence({ number }: { number: number }) {
  const t = useT()
  const { data: people } = useQuery({
    queryKey: ['presence', number],
    queryFn: async () =>
      (await data(api.PUT('/api/v1/incidents/{number}/presence', { params: { path: { number } } }))).items ?? [],
    refetchInterval: BEAT,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
  useEffect(() => {
    const leave = () => {
      if (document.hidden) forget(number)
    }
    document.addEventListener('visibilitychange', leave)
    return () => {
      document.removeEventListener('visibilitychange', leave)
      forget(number)
    }
  }, [number])
  const others = people ?? []
  const said = others.length > 0 ? t.incident.alsoHere(others.length, others.map(p => p.name).join(', ')) : ''
  return (
    <span data-presence>
      <span role="status" className="o-hidden">
        {said}
      </span>
      {said && (
        <Tooltip label={said} multiline maw={320}>
          <span className={css.faces} aria-hidden>
            {others.slice(0, SHOWN).map(p => (
              <span key={p.person} className={css.face}>
                {initials(p.name)}
              </span>
            ))}
            {others.length > SHOWN && <span className={css.face}>+{others.length - SHOWN}</span>}
          </span>
        </Tooltip>
      )}
    </span>
  )
}

/** forget takes oneself out of those who have it open; also while the page closes. */
function forget(number: number): void {
  fetch(`/api/v1/incidents/${number}/presence`, {
    method: 'DELETE',
    keepalive: true,
    headers: { 'Accept-Language': spoken() },
  }).catch(() => {}) // it is forgotten all the same, a little later
}
