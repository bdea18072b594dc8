import { useQueryClient } from '@tanstack/react-query'
import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useRef, useState } from 'react'
import type { Command, Incident } from '@/api/types'
import { useMe } from '@/app/me'
import { useShortcuts } from '@/app/shortcuts'
import { RowMenu } from '@/components/RowMenu'
import { type Commands, immediate, undoable, useCommands } from '@/features/incident/commands'
import { held } from '@/features/incident/give'
import { useT } from '@/i18n'

// Dialogs come when they are asked for.
const CommandDialog = lazy(() => import('@/features/incident/CommandDialog').then(m => ({ default: m.CommandDialog })))
const ConflictDialog = lazy(() =>
  import('@/features/incident/ConflictDialog').then(m => ({ default: m.ConflictDialog })),
)

/** What can be decided without opening an incident. */
const decisions: readonly Command[] = [...undoable, 'undo']

const keys: [string, Command][] = [
  ['s', 'spam'],
  ['n', 'not_ours'],
  ['d', 'duplicate'],
  ['u', 'undo'],
]

type Decide = (incident: Incident, command: Command) => void

const Context = createContext<Decide>(() => {})

/**
 * Decisions lets a person decide on the incidents of the lists within, by the
 * menu of a row or by a key on the row that has the focus. Rows say with
 * data-number which incident they are.
 */
export function Decisions({ children }: { children: ReactNode }) {
  const t = useT()
  const me = useMe()
  const client = useQueryClient()
  const last = useRef<Incident>(undefined)
  const given = useCommands()
  const commands: Commands = {
    ...given,
    run: async (...command) => {
      const after = await given.run(...command)
      last.current = after
      return after
    },
  }
  const [asking, setAsking] = useState<{ incident: Incident; command: Command }>()
  const latest = useRef<Decide>(() => {})
  latest.current = (incident, command) => {
    if (!incident.allowed?.includes(command)) return
    if (immediate.includes(command)) commands.run(incident, command).catch(() => {})
    else setAsking({ incident, command })
  }
  const decide = useMemo<Decide>(() => (incident, command) => latest.current(incident, command), [])
  const onFocused = (command: Command) => {
    const number = document.activeElement?.closest<HTMLElement>('[data-number]')?.dataset.number
    const focused = number ? held(client, Number(number)) : undefined
    // What was decided leaves most lists: its undo is that of the last decision made here.
    const incident = command === 'undo' && !focused?.allowed?.includes(command) ? last.current : focused
    if (incident) decide(incident, command)
  }
  useShortcuts(
    me.may('triage')
      ? keys.map(([k, c]) => ({ keys: k, label: t.commands[c], group: 'lists' as const, run: () => onFocused(c) }))
      : [],
  )
  return (
    <Context.Provider value={decide}>
      {children}
      <Suspense fallback={null}>
        {asking && <CommandDialog {...asking} commands={commands} close={() => setAsking(undefined)} />}
        {commands.conflict && <ConflictDialog commands={commands} />}
      </Suspense>
    </Context.Provider>
  )
}

/** DecisionMenu is what can be decided on one incident; nothing where there is nothing. */
export function DecisionMenu({ incident }: { incident: Incident }) {
  const t = useT()
  const decide = useContext(Context)
  const actions = decisions
    .filter(c => incident.allowed?.includes(c))
    .map(c => ({ name: t.commands[c], run: () => decide(incident, c) }))
  return <RowMenu of={`№ ${incident.number}`} actions={actions} />
}
