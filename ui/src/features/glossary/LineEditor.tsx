import { type Ref, useImperativeHandle, useRef } from 'react'
import type { LineProblem } from './data'
import css from './LineEditor.module.css'
import { lineAt, linesOf } from './words'

const LINE = 20 // px, as in the style sheet

export interface LineEditorHandle {
  /** Goes to a line and marks it. */
  show(line: number): void
}

interface Props {
  label: string
  value: string
  problems: LineProblem[]
  /** Id of what tells the problems. */
  describedBy?: string | undefined
  placeholder: string
  change(text: string): void
  ref?: Ref<LineEditorHandle>
}

/** LineEditor is a text area with the numbers of its lines; those that are wrong stand out. */
export function LineEditor({ label, value, problems, describedBy, placeholder, change, ref }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const gutter = useRef<HTMLDivElement>(null)
  const follow = () => {
    if (gutter.current && area.current) gutter.current.style.transform = `translateY(${-area.current.scrollTop}px)`
  }
  useImperativeHandle(ref, () => ({
    show: line => {
      const a = area.current
      if (!a) return
      a.focus()
      a.setSelectionRange(...lineAt(a.value, line))
      a.scrollTop = Math.max(0, (line - 4) * LINE)
      follow()
    },
  }))
  return (
    <div className={css.editor}>
      <div className={css.side} aria-hidden>
        <div ref={gutter}>
          <pre className={css.numbers}>{Array.from({ length: linesOf(value) }, (_, i) => i + 1).join('\n')}</pre>
          {problems.map((p, i) => (
            <div key={i} className={css.bad} style={{ top: (p.line - 1) * LINE }}>
              {p.line}
            </div>
          ))}
        </div>
      </div>
      <textarea
        ref={area}
        className={css.area}
        lang="ru"
        aria-label={label}
        aria-invalid={problems.length > 0}
        aria-describedby={describedBy}
        placeholder={placeholder}
        value={value}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        onScroll={follow}
        onChange={e => change(e.target.value)}
      />
    </div>
  )
}
