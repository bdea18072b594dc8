/**
 * The real binary under test. OTKLIK_BIN says where it is (bin/otklik). Every
 * server has a database of its own: a fresh one from whoever runs the tests
 * (OTKLIK_E2E_DATABASES, see e2e_test.go), or else a private Postgres that the
 * binary starts for itself.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'
import type { components } from '@/api/schema'
import type { Role } from '@/api/types'
import { News } from './news.ts'

type S = components['schemas']
export type Incident = S['IncidentView']

const binary = process.env.OTKLIK_BIN ?? fileURLToPath(new URL('../../../bin/otklik', import.meta.url))
const rootToken = 'e2e-bootstrap-token'
const firstPassword = 'first day at the desk'
/** Of everybody, once they have changed the one they were given. */
export const password = 'тихая гавань на Чехова'
export const region = 'RU-PRI'
export const elsewhere = 'RU-KHA'

/** How it is run: with Postgres alone, with Kafka and Elasticsearch, with the demonstration's region. */
export type Shape = 'default' | 'big' | 'demo'

/** What a shape is started with; nothing where its engines are not there. */
function engines(shape: Shape): Record<string, string> | undefined {
  if (shape !== 'big') return {}
  const { OTKLIK_TEST_KAFKA: kafka, OTKLIK_TEST_ELASTICSEARCH: elasticsearch } = process.env
  return kafka && elasticsearch
    ? { OTKLIK_KAFKA: kafka, OTKLIK_ELASTICSEARCH: elasticsearch, OTKLIK_PREFIX: `e2e${process.pid}-${Date.now()}` }
    : undefined
}

/** Whether a shape can be had here. In CI everything has to be. */
export const possible = (shape: Shape): boolean => engines(shape) !== undefined || process.env.CI === 'true'

/** Somebody with an account, and the cookie of a session. */
export interface Person {
  id: number
  login: string
  name: string
  cookie: string
}

interface Reach {
  regions?: string[]
  agencies?: number[]
  sealed?: boolean
  name?: string
}

export class Refused extends Error {
  constructor(
    what: string,
    readonly status: number,
    readonly body: string,
  ) {
    super(`${what}: ${status} ${body.slice(0, 600)}`)
  }
}

const LOG = 400_000 // characters of a server's log that are kept

/** Ends what a worker leaves behind when it is ended itself. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export class Server {
  base = ''
  log = ''
  readonly news = new News()
  private readonly dir = mkdtempSync(join(tmpdir(), 'otk'))
  private env: NodeJS.ProcessEnv = {}
  private args: string[] = []
  private child: ChildProcess | undefined
  private readonly people = new Map<string, Person>()

  /** Starts a server on a new database. Nobody is there yet. */
  static async start(shape: Shape = 'default'): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: run "make build", or set OTKLIK_BIN`)
    const own = engines(shape)
    if (!own) throw new Error('Kafka and Elasticsearch are not there: run the tests through "make test"')
    const s = new Server()
    chmodSync(s.dir, 0o755) // a private Postgres runs as another user
    const host = await s.news.listen()
    const ask = process.env.OTKLIK_E2E_DATABASES
    const database = ask ? { OTKLIK_DATABASE_URL: await text(fetch(ask, { method: 'POST' })) } : {}
    s.env = {
      ...process.env,
      ...own,
      ...database,
      OTKLIK_DATA: s.dir,
      OTKLIK_BOOTSTRAP_TOKEN: rootToken,
      OTKLIK_ALLOW: host,
      OTKLIK_MAX_CONNS: '10',
    }
    s.args = shape === 'demo' ? ['--demo'] : []
    await s.launch('127.0.0.1:0')
    return s
  }

  private async launch(listen: string): Promise<void> {
    const child = spawn(binary, ['run', ...this.args, '--listen', listen], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    running.add(child)
    child.once('exit', () => running.delete(child))
    child.stderr.setEncoding('utf8').on('data', (s: string) => {
      this.log = (this.log + s).slice(-LOG)
    })
    const said = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server does not say where it listens\n${this.log}`)), 90_000)
      createInterface(child.stdout).once('line', line => {
        clearTimeout(late)
        resolve(line)
      })
      child.once('exit', code => {
        clearTimeout(late)
        reject(new Error(`the server ended with ${code}\n${this.log}`))
      })
    })
    const address = /^listening on (http:\/\/\S+)$/.exec(said)?.[1]
    if (!address) throw new Error(`the first line of its output is ${JSON.stringify(said)}`)
    this.base = address
    await eventually(async () => expect((await fetch(`${this.base}/readyz`)).status, 'ready').toBe(200))
  }

  /** Ends the server as a crash does. */
  async crash(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Starts it again where it was. */
  async again(): Promise<void> {
    await this.launch(new URL(this.base).host)
  }

  private end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
    return new Promise(resolve => {
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
      child.once('exit', () => {
        clearTimeout(late)
        resolve()
      })
      child.kill(signal)
    })
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM')
    await this.news.close()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** Runs a command of the binary beside the server. */
  async run(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(binary, args, { env: this.env, timeout: 60_000 })
    return stdout
  }

  /** Sends a request as a person, or as the administrator of the machine. */
  async call<T>(method: string, path: string, body?: unknown, as?: Pick<Person, 'cookie'>): Promise<T> {
    const r = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: {
        ...(as ? { Cookie: as.cookie } : { Authorization: `Bearer ${rootToken}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const answer = await r.text()
    if (!r.ok) throw new Refused(`${method} ${path}`, r.status, answer)
    return (answer ? JSON.parse(answer) : undefined) as T
  }

  /** Makes something and gives its id. */
  async make(path: string, body: object): Promise<number> {
    return (await this.call<{ id: number }>('POST', path, body)).id
  }

  /** The first administrator, as the set-up page makes it. */
  async setUp(login = 'admin'): Promise<Person> {
    const cookie = await this.cookieOf('/setup', { name: 'Ольга Седова', login, password })
    const me = await this.call<{ id: number; name: string }>('GET', '/me', undefined, { cookie })
    return { id: me.id, name: me.name, login, cookie }
  }

  /** Signs somebody in. */
  signIn(login: string, word = password): Promise<string> {
    return this.cookieOf('/session', { login, password: word })
  }

  private async cookieOf(path: string, body: object): Promise<string> {
    const r = await fetch(`${this.base}/api/v1${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!r.ok) throw new Refused(path, r.status, await r.text())
    const cookie = r.headers.getSetCookie().find(c => c.startsWith('otklik_session='))
    if (!cookie) throw new Error(`${path} gave no session`)
    return cookie.split(';')[0] ?? ''
  }

  /** Somebody of a role, signed in; made when first asked for. */
  async person(role: Role, reach: Reach = {}): Promise<Person> {
    const key = JSON.stringify([role, reach])
    const known = this.people.get(key)
    if (known) return known
    const login = `${role}${this.people.size || ''}`
    const name = reach.name ?? `Человек ${login}`
    const { id } = await this.call<{ id: number }>('POST', '/people', {
      regions: [region],
      ...reach,
      name,
      login,
      role,
      password: firstPassword,
    })
    const first = await this.cookieOf('/session', { login, password: firstPassword })
    await this.call('PUT', '/me/password', { old: firstPassword, new: password }, { cookie: first })
    const person = { id, login, name, cookie: await this.signIn(login) }
    this.people.set(key, person)
    return person
  }

  /** A source that reads the news, after its first reading: what is written from now on is live. */
  async source(regions = [region]): Promise<number> {
    const id = await this.make('/sources', { network: 'rss', address: this.news.address, regions, every: '1h' })
    await eventually(async () => expect((await this.call<S['Source']>('GET', `/sources/${id}`)).health).toBe('ok'))
    return id
  }

  /** Has a source read now. */
  async read(source: number): Promise<void> {
    await this.call('POST', `/sources/${source}/read`)
  }

  /** Puts posts of the past into the index, in Otklik's own form, and waits until they are found. */
  async archive(posts: { native: string; text: string; published?: Date; [field: string]: unknown }[], where = region) {
    const file = join(this.dir, `archive-${Date.now()}.ndjson`)
    const lines = posts.map(({ native, published, ...post }) =>
      JSON.stringify({
        id: `telegram:2100000500/${native}`,
        published: (published ?? new Date()).toISOString(),
        post: { type: 'post', channel: 'Соседи', ...post },
      }),
    )
    writeFileSync(file, `${lines.join('\n')}\n`)
    const before = await this.count()
    await this.run('import', '--regions', where, file)
    await eventually(async () => expect(await this.count()).toBe(before + posts.length))
  }

  async count(query = ''): Promise<number> {
    return (await this.call<{ posts: number }>('GET', `/posts/count?query=${encodeURIComponent(query)}`)).posts
  }

  incident(number: number): Promise<Incident> {
    return this.call('GET', `/incidents/${number}`)
  }

  /** Opens an incident from a post of the archive. */
  async open(native: string, more: object = {}): Promise<number> {
    const body = { post: `telegram:2100000500/${native}`, region, severity: 'normal', ...more }
    return (await this.call<Incident>('POST', '/incidents', body)).number
  }

  /** Gives a command at the incident's present version. */
  async give(number: number, command: string, details: object = {}, as?: Person): Promise<Incident> {
    const { version } = await this.incident(number)
    return this.call('POST', `/incidents/${number}/${command}`, { ...details, version }, as)
  }
}

/** Checks again and again until it holds; says what was wrong the last time where it never does. */
export const eventually = <T>(check: () => Promise<T>, timeout = 30_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 })

async function text(answer: Promise<Response>): Promise<string> {
  const r = await answer
  const body = await r.text()
  if (!r.ok) throw new Error(`${r.url}: ${r.status} ${body}`)
  return body.trim()
}
