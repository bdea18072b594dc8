/** One event of a stream of server-sent events. */
export interface ServerEvent {
  id: string
  event: string
  data: string
}

const MOST = 4 << 20 // characters of one event

/**
 * EventParser reads text/event-stream piece by piece. We read it ourselves
 * because EventSource hides why a stream was refused, and can't be given the
 * position to resume at.
 */
export class EventParser {
  /** Of the last event that had one, also of one without data. */
  lastId = ''
  /** What the server asks a client to wait before it comes back, in ms. */
  retry: number | undefined
  private rest = ''
  private id = ''
  private event = ''
  private data: string[] = []

  push(chunk: string): ServerEvent[] {
    const out: ServerEvent[] = []
    this.rest += chunk
    if (this.rest.length > MOST) throw new Error('an event is too long')
    for (;;) {
      const at = this.rest.search(/[\r\n]/)
      if (at === -1) break
      // A CR at the very end may be half of a CRLF.
      if (this.rest[at] === '\r' && at === this.rest.length - 1) break
      const line = this.rest.slice(0, at)
      this.rest = this.rest.slice(at + (this.rest.startsWith('\r\n', at) ? 2 : 1))
      const done = this.line(line)
      if (done) out.push(done)
    }
    return out
  }

  private line(line: string): ServerEvent | undefined {
    if (line === '') return this.end()
    if (line.startsWith(':')) return undefined
    const colon = line.indexOf(':')
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.data.push(value)
    else if (name === 'event') this.event = value
    else if (name === 'id' && !value.includes('\0')) this.id = value
    else if (name === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
    return undefined
  }

  private end(): ServerEvent | undefined {
    this.lastId = this.id
    const event = { id: this.id, event: this.event || 'message', data: this.data.join('\n') }
    const has = this.data.length > 0
    this.event = ''
    this.data = []
    return has ? event : undefined
  }
}
