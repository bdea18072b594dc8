import { Modal, useMantineColorScheme } from '@mantine/core'
import {
  IconAlertCircle,
  IconArrowRight,
  IconKeyboard,
  IconLanguage,
  IconListSearch,
  IconMoon,
  IconSearch,
  IconUserCircle,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useId, useMemo, useState } from 'react'
import { searchesQuery } from '@/api/queries'
import { Keys } from '@/components/Keys'
import { useReturnFocus } from '@/components/useReturnFocus'
import { useSpeech } from '@/i18n'
import { languages } from '@/i18n/language'
import { mayDo, useChooseLanguage, useMe } from './me'
import { places } from './nav'
import css from './Palette.module.css'

interface Item {
  id: string
  group: string
  name: string
  hint?: string
  keys?: string
  icon: ReactNode
  run(): void
}

/** matches says whether every word of what was typed begins a word of the name. */
export function matches(name: string, typed: string): boolean {
  const plain = (s: string) => s.toLowerCase().replaceAll('ё', 'е')
  const words = plain(name).split(/[^\p{L}\p{N}]+/u)
  return plain(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every(t => words.some(w => w.startsWith(t)))
}

/** Palette finds a section, an incident by its number, a saved search, or searches the feed. */
export function Palette({ close, help }: { close: () => void; help: () => void }) {
  const { t } = useSpeech()
  useReturnFocus()
  return (
    <Modal.Root opened onClose={close} size={560}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={t.palette.title}>
        <Inner close={close} help={help} />
      </Modal.Content>
    </Modal.Root>
  )
}

function Inner({ close, help }: { close: () => void; help: () => void }) {
  const { t } = useSpeech()
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const all = useItems(typed.trim(), help)
  const item = all[Math.min(at, all.length - 1)]
  useEffect(() => {
    document.getElementById(`${listId}-${item?.id}`)?.scrollIntoView({ block: 'nearest' })
  }, [item?.id, listId])
  const run = (i: Item) => {
    close()
    i.run()
  }
  const onKey = (e: React.KeyboardEvent) => {
    const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
    if (step && all.length) {
      e.preventDefault()
      setAt((Math.min(at, all.length - 1) + step + all.length) % all.length)
    } else if (e.key === 'Enter' && item) {
      e.preventDefault()
      run(item)
    }
  }
  return (
    <div className={css.palette}>
      <div className={css.box}>
        <IconSearch size={16} aria-hidden />
        <input
          data-autofocus
          className={css.input}
          value={typed}
          placeholder={t.palette.placeholder}
          aria-label={t.palette.placeholder}
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={item ? `${listId}-${item.id}` : undefined}
          onKeyDown={onKey}
          onChange={e => {
            setTyped(e.target.value)
            setAt(0)
          }}
        />
      </div>
      <div id={listId} role="listbox" aria-label={t.palette.title} className={css.list} data-palette>
        {all.length === 0 && <div className={css.none}>{t.palette.nothing}</div>}
        {all.map((i, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input takes the keys, as in every combobox
          // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant points here
          <div
            key={i.id}
            id={`${listId}-${i.id}`}
            role="option"
            aria-selected={i === item}
            className={css.item}
            onClick={() => run(i)}
            onMouseMove={() => at !== n && setAt(n)}
          >
            {i.icon}
            <span className={css.name}>{i.name}</span>
            {i.hint && <span className={css.hint}>{i.hint}</span>}
            {i.keys && <Keys keys={i.keys} />}
          </div>
        ))}
      </div>
      <div className={css.foot}>{t.palette.hint}</div>
    </div>
  )
}

function useItems(typed: string, help: () => void): Item[] {
  const { t, language } = useSpeech()
  const chooseLanguage = useChooseLanguage()
  const me = useMe()
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { data: searches } = useQuery({ ...searchesQuery, enabled: me.may('see posts') })
  return useMemo(() => {
    const items: Item[] = []
    const number = /^[№#]?\s*(\d{1,12})$/.exec(typed)?.[1]
    if (number && me.may('see incidents')) {
      items.push({
        id: 'incident',
        group: 'go',
        name: t.palette.incident(number),
        icon: <IconAlertCircle size={16} />,
        run: () => navigate({ to: '/incidents/$number', params: { number } }),
      })
    }
    for (const p of places) {
      if (mayDo(me, p.needs) && matches(t.nav[p.name], typed))
        items.push({
          id: p.to,
          group: 'go',
          name: t.nav[p.name],
          keys: p.keys,
          icon: <p.icon size={16} />,
          run: () => navigate({ to: p.to }),
        })
    }
    if (matches(t.nav.profile, typed))
      items.push({
        id: 'profile',
        group: 'go',
        name: t.nav.profile,
        keys: 'g u',
        icon: <IconUserCircle size={16} />,
        run: () => navigate({ to: '/profile' }),
      })
    for (const s of (searches ?? []).filter(s => typed && matches(s.name, typed)).slice(0, 6)) {
      items.push({
        id: `search-${s.id}`,
        group: 'searches',
        name: s.name,
        hint: s.query,
        icon: <IconListSearch size={16} />,
        run: () => navigate({ to: '/feed', search: { q: s.query } }),
      })
    }
    const other = languages.find(l => l.id !== language)
    if (other && matches(`${t.nav.language} ${other.name}`, typed))
      items.push({
        id: 'language',
        group: 'do',
        name: `${t.nav.language}: ${other.name}`,
        icon: <IconLanguage size={16} />,
        run: () => chooseLanguage(other.id),
      })
    const scheme = colorScheme === 'dark' ? 'light' : 'dark'
    if (matches(`${t.nav.theme} ${t.nav[scheme]}`, typed))
      items.push({
        id: 'theme',
        group: 'do',
        name: `${t.nav.theme}: ${t.nav[scheme]}`,
        icon: <IconMoon size={16} />,
        run: () => setColorScheme(scheme),
      })
    if (matches(t.nav.help, typed))
      items.push({ id: 'help', group: 'do', name: t.nav.help, keys: '?', icon: <IconKeyboard size={16} />, run: help })
    if (typed && me.may('see posts'))
      items.push({
        id: 'find',
        group: 'do',
        name: t.palette.find(typed),
        icon: <IconArrowRight size={16} />,
        run: () => navigate({ to: '/feed', search: { q: typed } }),
      })
    return items
  }, [typed, t, me, navigate, searches, language, colorScheme, chooseLanguage, setColorScheme, help])
}
