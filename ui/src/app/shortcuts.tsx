import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { keyOf, press } from '@/lib/keys'

export interface Shortcut {
  keys: string
  label: string
  group: 'everywhere' | 'lists' | 'here'
  run(): void
}

interface Registry {
  add(list: { current: Shortcut[] }): () => void
  all(): Shortcut[]
  single: boolean
  setSingle(on: boolean): void
}

const Context = createContext<Registry | null>(null)
const KEY = 'otklik.keys'
const CHORD = 1200 // ms between the keys of a chord

/**
 * Shortcuts listens for the whole page. What is registered last counts first,
 * so that a page can take a key from the shell. Keys do nothing while a person
 * types or a dialog is open.
 */
export function Shortcuts({ children }: { children: ReactNode }) {
  const lists = useRef(new Set<{ current: Shortcut[] }>())
  const [single, setSingle] = useState(() => localStorage.getItem(KEY) !== 'off')
  const registry = useMemo<Registry>(
    () => ({
      add: list => {
        lists.current.add(list)
        return () => lists.current.delete(list)
      },
      all: () => [...lists.current].flatMap(l => l.current),
      single,
      setSingle: on => {
        localStorage.setItem(KEY, on ? 'on' : 'off')
        setSingle(on)
      },
    }),
    [single],
  )
  useEffect(() => {
    let pending = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const onKey = (e: KeyboardEvent) => {
      const key = keyOf(e)
      if (!key || e.defaultPrevented || e.isComposing) return
      const mod = key.startsWith('mod+')
      if (!mod && (!single || typing(e.target) || inDialog())) {
        pending = ''
        return
      }
      const all = registry.all().reverse()
      const { run, pending: next } = press(
        pending,
        key,
        all.map(s => s.keys),
      )
      pending = next
      clearTimeout(timer)
      if (next)
        timer = setTimeout(() => {
          pending = ''
        }, CHORD)
      const found = run ? all.find(s => s.keys === run) : undefined
      if (!found) return
      // Enter on a link or a button is theirs.
      if (key === 'enter' && e.target instanceof Element && e.target.closest('a,button,summary')) return
      e.preventDefault()
      found.run()
    }
    window.addEventListener('keydown', onKey)
    return () => {
      window.removeEventListener('keydown', onKey)
      clearTimeout(timer)
    }
  }, [registry, single])
  return <Context.Provider value={registry}>{children}</Context.Provider>
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !isToggle(target)
  )
}

const isToggle = (e: HTMLElement) => e instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(e.type)

const inDialog = () => document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]') !== null

export function useRegistry(): Registry {
  const r = useContext(Context)
  if (!r) throw new Error('outside of Shortcuts')
  return r
}

/** Registers shortcuts while the component is shown. */
export function useShortcuts(list: Shortcut[]): void {
  const { add } = useRegistry()
  const ref = useRef(list)
  ref.current = list
  useEffect(() => add(ref), [add])
}

export const onMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform)
