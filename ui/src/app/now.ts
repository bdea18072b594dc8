import { useSyncExternalStore } from 'react'

// One clock for the page: every "2 h left" moves at the same moment.
const EVERY = 20_000
const listeners = new Set<() => void>()
let now = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(f: () => void): () => void {
  listeners.add(f)
  if (listeners.size === 1) {
    now = Date.now()
    timer = setInterval(() => {
      now = Date.now()
      for (const l of listeners) l()
    }, EVERY)
  }
  return () => {
    listeners.delete(f)
    if (listeners.size === 0) clearInterval(timer)
  }
}

const current = () => now

/** The time, to within twenty seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, current, current)
