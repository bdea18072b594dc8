/**
 * Shortcuts go by the key's place, not by what it types: on a Russian layout
 * J types «о», and has to work all the same.
 */
export interface KeyLike {
  code: string
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

const named: Record<string, string> = {
  Escape: 'escape',
  Enter: 'enter',
  NumpadEnter: 'enter',
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Space: 'space',
  Home: 'home',
  End: 'end',
}

/** keyOf names a key: "j", "shift+j", "mod+k", "/", "?", "escape"; '' for those that are none of ours. */
export function keyOf(e: KeyLike): string {
  if (e.altKey) return ''
  const mod = e.ctrlKey || e.metaKey
  if (!mod && e.key === '?') return '?'
  if (!mod && e.key === '/') return '/'
  let name = named[e.code] ?? ''
  if (/^Key[A-Z]$/.test(e.code)) name = e.code.slice(3).toLowerCase()
  else if (/^Digit\d$/.test(e.code)) name = e.code.slice(5)
  else if (e.code === 'Slash') name = e.shiftKey && !mod ? '?' : '/'
  if (!name) return ''
  if (name === '?') return '?'
  return `${mod ? 'mod+' : ''}${e.shiftKey && name !== '/' ? 'shift+' : ''}${name}`
}

/**
 * press says what a key does after what was pressed before: runs a binding, is
 * the beginning of one ("g" of "g i"), or nothing.
 */
export function press(before: string, key: string, bindings: readonly string[]): { run?: string; pending: string } {
  if (!key) return { pending: before }
  for (const chord of before ? [`${before} ${key}`, key] : [key]) {
    const run = bindings.find(b => b === chord)
    if (run) return { run, pending: '' }
    if (bindings.some(b => b.startsWith(`${chord} `))) return { pending: chord }
  }
  return { pending: '' }
}

/** How a binding is shown: ["G", "I"], ["Ctrl", "K"]. */
export function shown(binding: string, mac: boolean): string[] {
  const names: Record<string, string> = {
    mod: mac ? '⌘' : 'Ctrl',
    shift: 'Shift',
    escape: 'Esc',
    enter: 'Enter',
    down: '↓',
    up: '↑',
    left: '←',
    right: '→',
    space: 'Space',
  }
  return binding.split(/[ +]/).map(k => names[k] ?? k.toUpperCase())
}
