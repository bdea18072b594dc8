/**
 * A stand-in for the server, for developing the page alone: it answers with
 * invented posts and keeps everything in memory. It is no part of the product,
 * and no test of the product uses it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import type {
  Agency,
  Event,
  Evidence,
  FoundPost,
  IncidentView,
  Rule,
  SavedSearch,
  Source,
  Token,
} from '../src/api/types.ts'
import { agencies as agencyWords, channels, pick, regions, rnd, stories, story } from './words.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const iso = (ms: number) => new Date(ms).toISOString()
const start = Date.now()

const everything = [
  'see self',
  'see posts',
  'edit searches',
  'edit rules',
  'edit sources',
  'edit agencies',
  'edit regions',
  'edit tokens',
  'edit people',
  'see audit',
  'see looks',
  'see incidents',
  'triage',
  'execute',
  'approve',
  'publish answer',
  'close incident',
  'comment',
  'operate',
]
const roleActions: Record<string, string[]> = {
  administrator: everything,
  specialist: [
    'see self',
    'see posts',
    'edit searches',
    'edit rules',
    'edit sources',
    'see incidents',
    'triage',
    'publish answer',
    'close incident',
    'comment',
  ],
  curator: [
    'see self',
    'see posts',
    'edit searches',
    'edit rules',
    'see incidents',
    'triage',
    'approve',
    'publish answer',
    'close incident',
    'comment',
  ],
  executor: ['see self', 'see incidents', 'execute', 'comment'],
  head: ['see self', 'see posts', 'see incidents'],
  partner: ['see self', 'see posts'],
}
interface FakePerson {
  id: number
  name: string
  login: string
  role: string
  regions: string[]
  agencies: number[]
  sealed: boolean
  totp: boolean
  disabled: boolean
  [k: string]: unknown
}
const person = (
  id: number,
  name: string,
  login: string,
  role: string,
  regions: string[],
  more: Partial<FakePerson> = {},
): FakePerson => ({
  id,
  version: 1,
  name,
  login,
  role,
  regions,
  agencies: [],
  email: `${login}@centre.example`,
  language: 'ru',
  sealed: false,
  totp: false,
  disabled: false,
  has_password: true,
  must_change: false,
  created_at: iso(start - id * 40 * HOUR),
  created_by: 'Ольга Верещагина',
  ...more,
})
const people: FakePerson[] = [
  person(1, 'Ольга Верещагина', 'admin', 'administrator', ['*'], { sealed: true, totp: true }),
  person(2, 'Ирина Соколова', 'spec', 'specialist', ['RU-PRI', 'RU-KHA']),
  person(3, 'Павел Громов', 'cur', 'curator', ['RU-PRI']),
  person(4, 'Алексей Дорохов', 'exec', 'executor', ['RU-PRI'], { agencies: [2], must_change: true }),
  person(5, 'Марина Ким', 'head', 'head', ['RU-PRI'], { disabled: true }),
]
let who = people[0] as FakePerson
let signedIn = true

// ---- posts

let serial = 4000
function makePost(published: number, i?: number): FoundPost {
  const c = pick(channels)
  const text = story(i)
  serial++
  const news = c.network === 'rss'
  return {
    id: `${c.id}/${serial}`,
    network: c.network,
    source: c.id,
    type: c.network === 'vk' && rnd(3) === 0 ? 'comment' : 'post',
    ...(news ? { title: text.split(/[.!?]/)[0] ?? '' } : {}),
    text,
    channel: c.title,
    url:
      c.network === 'telegram'
        ? `https://t.me/${c.address}/${serial}`
        : c.network === 'vk'
          ? `https://vk.com/wall${c.id.slice(3)}_${serial}`
          : `https://vladnews.example/${serial}`,
    media:
      rnd(4) === 0
        ? [
            { kind: 'photo', url: 'https://cdn.example/1.jpg' },
            ...(rnd(2) ? [{ kind: 'video', url: 'https://cdn.example/2.mp4', title: 'Видео со двора' }] : []),
          ]
        : [],
    links: rnd(6) === 0 ? ['https://dom.gosuslugi.ru/', 'javascript:alert(1)'] : [],
    ...(rnd(9) === 0 ? { forward: { name: 'Владивосток 24', url: 'https://t.me/vl24/77' } } : {}),
    edited: rnd(12) === 0,
    counters: {
      views: { value: 300 + rnd(40000), step: 100 },
      ...(rnd(2) ? { comments: { value: rnd(60), step: 1 } } : {}),
      ...(rnd(2) ? { likes: { value: rnd(400), step: 1 } } : {}),
      ...(rnd(3) ? {} : { reposts: { value: rnd(30), step: 1 } }),
    },
    published: iso(published),
    observed: iso(published + 3000 + rnd(9000)),
    regions: [c.region],
    visibility: 'public',
    origin: 'live',
    rev: serial,
  }
}
const posts: FoundPost[] = Array.from({ length: Number(process.env.FAKE_POSTS ?? 3000) }, (_, i) =>
  makePost(start - i * 4 * MIN - rnd(3 * MIN)),
)

const stem = (w: string) =>
  w
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/(ями|ами|ого|ему|ыми|ое|ая|ие|ой|ий|ый|ах|ях|ов|ев|ей|ию|ия|ии|а|я|о|е|и|ы|у|ю|ь)$/u, '')
interface Query {
  words: string[]
  fields: [string, string][]
  problems: { message: string; offset: number; length: number }[]
}
function parse(q: string): Query {
  const out: Query = { words: [], fields: [], problems: [] }
  for (const m of q.matchAll(/\S+/g)) {
    const token = m[0]
    const f = /^([a-z]+):(.*)$/i.exec(token)
    if (f) {
      const name = (f[1] ?? '').toLowerCase()
      if (['net', 'source', 'region', 'since', 'until', 'has', 'type'].includes(name))
        out.fields.push([name, f[2] ?? ''])
      else
        out.problems.push({
          message: `нет такого поля «${name}:»; есть net, source, region, since, until`,
          offset: [...q.slice(0, m.index)].length,
          length: name.length,
        })
    } else if (/^\($|\($/.test(token))
      out.problems.push({ message: 'скобка не закрыта', offset: [...q.slice(0, m.index)].length, length: 1 })
    else
      out.words.push(
        ...token
          .replace(/["«»()[\]!|]/g, ' ')
          .split(/\s+/)
          .filter(w => w && !/^(AND|OR|И|ИЛИ)$/.test(w)),
      )
  }
  return out
}
function holds(p: FoundPost, q: Query): boolean {
  const text = `${p.title ?? ''} ${p.text}`.toLowerCase().replaceAll('ё', 'е')
  return (
    q.words.every(w => (w.startsWith('-') ? !text.includes(stem(w.slice(1))) : text.includes(stem(w)))) &&
    q.fields.every(([n, v]) => {
      const vs = v.split(',')
      if (n === 'net') return vs.includes(p.network)
      if (n === 'source') return vs.includes(p.source)
      if (n === 'region') return vs.some(x => p.regions?.includes(x))
      if (n === 'since') return p.published.slice(0, 10) >= v
      if (n === 'until') return p.published.slice(0, 10) <= v
      return true
    })
  )
}
function mark(text: string, q: Query) {
  const stems = q.words.filter(w => !w.startsWith('-')).map(stem)
  return text
    .split(/([\p{L}\p{N}]+)/u)
    .filter(Boolean)
    .map(t =>
      stems.length && /[\p{L}]/u.test(t) && stems.some(s => s && stem(t).startsWith(s))
        ? { text: t, mark: true }
        : { text: t },
    )
}
function shown(p: FoundPost, q: Query): FoundPost {
  return q.words.length
    ? { ...p, segments: { text: mark(p.text, q), ...(p.title ? { title: mark(p.title, q) } : {}) } }
    : p
}

// ---- the desk

const agencies: Agency[] = agencyWords.map((a, i) => ({
  id: i + 1,
  ...a,
  email: `priem${i + 1}@agency.example`,
  default: i === 0,
  active: true,
}))
const searches: SavedSearch[] = [
  ['Отопление', 'отопление | теплотрасса'],
  ['Ямы и дороги', 'яма | выбоина'],
  ['Снег', 'снег -лыжи'],
  ['Школы и сады', '(школа | "детский сад") холод'],
].map(([name, query], i) => ({
  id: i + 1,
  version: 1,
  name: name ?? '',
  query: query ?? '',
  zone: 'Asia/Vladivostok',
  regions: i === 3 ? ['*'] : ['RU-PRI'],
  sealed: false,
  owner: 'Ирина Соколова',
  created_at: iso(start - 20 * 24 * HOUR),
  changed_at: iso(start - i * 30 * HOUR),
  past_done: i !== 2,
  past_found: 40 + rnd(900),
}))
const rules: Rule[] = [
  {
    id: 1,
    region: 'RU-PRI',
    search: 1,
    name: 'Холодные батареи',
    mode: 'auto',
    severity: 'raised',
    agency: 2,
    enabled: true,
    open_for_backfill: false,
  },
  {
    id: 2,
    region: 'RU-PRI',
    search: 2,
    name: 'Ямы',
    mode: 'suggest',
    severity: 'normal',
    enabled: true,
    open_for_backfill: false,
  },
  {
    id: 3,
    region: 'RU-PRI',
    search: 3,
    name: 'Снег во дворах',
    mode: 'suggest',
    severity: 'low',
    enabled: false,
    open_for_backfill: false,
  },
]
const health = ['ok', 'ok', 'ok', 'rate_limited', 'ok', 'unreachable', 'ok', 'not_understood']
const sources: Source[] = channels.map((c, i) => ({
  id: i + 1,
  network: c.network,
  address: c.address,
  title: c.title,
  source: c.id,
  regions: [c.region],
  visibility: 'public',
  class: 'standard',
  enabled: i !== 6,
  health: health[i] ?? 'ok',
  health_since: iso(start - (i + 1) * 5 * HOUR),
  failures: health[i] === 'ok' ? 0 : 3 + i,
  every: '1m',
  backfill: 1000,
  posts: 200 + rnd(9000),
  created_at: iso(start - 40 * 24 * HOUR),
  last_ok: iso(start - (health[i] === 'ok' ? 40_000 : 5 * HOUR)),
  last_new: iso(start - (health[i] === 'ok' ? 6 * MIN * (i + 1) : 6 * HOUR)),
  last_read: iso(start - 30_000),
  next_at: iso(start + 30_000),
  subscribers: 1000 + rnd(90000),
  ...(health[i] === 'ok'
    ? {}
    : {
        detail:
          health[i] === 'unreachable'
            ? 'соединение разорвано: тайм-аут 10 с'
            : health[i] === 'rate_limited'
              ? 'HTTP 429, повторить через 15 мин'
              : 'в странице нет ни одного сообщения: разметка изменилась',
      }),
}))
const tokens: Token[] = [
  {
    id: 1,
    name: 'Выгрузка в отчётную систему',
    role: 'head',
    regions: ['RU-PRI'],
    sealed: false,
    agencies: [],
    person: 1,
    holder: 'Ольга Верещагина',
    personal: false,
    created_at: iso(start - 30 * 24 * HOUR),
    created_by: 'Ольга Верещагина',
    expires_at: iso(start + 300 * 24 * HOUR),
    last_used_at: iso(start - 5 * MIN),
  },
  {
    id: 2,
    name: 'Проверка связи',
    role: 'partner',
    regions: ['*'],
    sealed: false,
    agencies: [],
    person: 1,
    holder: 'Ольга Верещагина',
    personal: false,
    created_at: iso(start - 3 * 24 * HOUR),
    created_by: 'Ольга Верещагина',
    revoked_at: iso(start - 24 * HOUR),
  },
]

const table: [string, string[], string, string][] = [
  ['triage', ['new', 'returned', 'reopened'], 'triage', 'triage'],
  ['assign', ['new', 'triage', 'returned', 'reopened', 'assigned', 'accepted'], 'assigned', 'triage'],
  ['spam', ['new', 'triage', 'returned', 'reopened', 'assigned'], 'spam', 'triage'],
  ['not_ours', ['new', 'triage', 'returned', 'reopened', 'assigned'], 'not_ours', 'triage'],
  ['duplicate', ['new', 'triage', 'returned', 'reopened', 'assigned'], 'duplicate', 'triage'],
  ['claim', ['new', 'triage', 'returned', 'reopened'], 'claim', 'triage'],
  ['undo', ['spam', 'not_ours', 'duplicate', 'claim'], '<', 'triage'],
  ['accept', ['assigned'], 'accepted', 'execute'],
  ['return', ['assigned', 'accepted'], 'returned', 'execute'],
  ['draft', ['accepted', 'draft', 'rework', 'interim', 'on_control'], 'draft', 'execute'],
  ['review', ['draft'], 'review', 'execute'],
  ['rework', ['review', 'approved'], 'rework', 'approve'],
  ['approve', ['review'], 'approved', 'approve'],
  ['publish', ['approved'], 'publishing', 'publish answer'],
  ['answer', ['approved', 'publishing', 'on_control'], 'answered', 'publish answer'],
  ['interim', ['approved', 'publishing', 'answered'], 'interim', 'publish answer'],
  ['control', ['interim'], 'on_control', 'publish answer'],
  ['verify', ['answered'], 'verified', 'close incident'],
  ['close', ['answered', 'verified'], 'closed', 'close incident'],
  ['reopen', ['answered', 'verified', 'closed'], 'reopened', 'close incident'],
]
const closedStates = ['answered', 'verified', 'closed', 'spam', 'not_ours', 'duplicate', 'claim']
type Inc = IncidentView & { before?: string }
const incidents: Inc[] = []
let eventId = 0
const event = (
  i: Inc,
  kind: string,
  at: number,
  name: string | undefined,
  from: string,
  to: string,
  d?: unknown,
  audience = 'internal',
): Event => ({
  id: ++eventId,
  at: iso(at),
  kind,
  ...(name ? { name, who: 2 } : {}),
  from,
  to,
  version: i.version,
  ...(kind === 'comment' ? { audience } : {}),
  ...(d ? { data: d } : {}),
})
const evidence = (p: FoundPost, how: string): Evidence => ({
  post: p.id,
  rev: p.rev,
  hash: 'a'.repeat(32),
  observed: p.observed,
  published: p.published,
  visibility: p.visibility,
  joined_at: p.observed,
  how,
  copies: 1,
  body: p,
})
const draftText =
  'Здравствуйте! Бригада теплосетей устранила повреждение на участке у дома 14. Давление восстановлено, батареи прогреются в течение трёх часов. Если тепла не будет к вечеру, позвоните в диспетчерскую: 8 (423) 555-01-01.'

function makeIncident(n: number): void {
  const p = posts[n * 9 + 3] as FoundPost
  const state = [
    'triage',
    'triage',
    'assigned',
    'accepted',
    'draft',
    'review',
    'approved',
    'answered',
    'returned',
    'closed',
    'interim',
    'new',
    'spam',
    'rework',
    'triage',
    'publishing',
    'verified',
    'assigned',
  ][n % 18] as string
  const opened = Date.parse(p.published) + 20_000
  const near = agencies.filter(a => a.region === p.regions?.[0])
  const a = near.length ? pick(near) : undefined
  const has = !['new', 'triage', 'returned', 'spam'].includes(state)
  const open = !closedStates.includes(state)
  const due = open ? start + (n % 5 === 0 ? -rnd(300) * MIN : rnd(900) * MIN) : null
  const i: Inc = {
    number: 1000 + n,
    region: p.regions?.[0] ?? 'RU-PRI',
    state,
    version: 3,
    title: `${p.text.split(/[.!?]/).slice(0, 2).join('.').slice(0, 110)}`,
    severity: ['normal', 'normal', 'raised', 'low', 'critical', 'normal'][n % 6] as string,
    visibility: 'public',
    agency: (has && a ? { id: a.id, name: a.name } : null) as Inc['agency'],
    proposed: (a ? { id: a.id, name: a.name } : null) as Inc['proposed'],
    due: due ? iso(due) : null,
    ...(open ? { due_clock: has ? 'answer' : 'route' } : {}),
    overdue: !!due && due < Date.now(),
    posts: [evidence(p, 'opened')],
    posts_total: 1 + (n % 4),
    preset: 'standard',
    rule: 1,
    search: 1,
    published: p.published,
    detected: p.observed,
    opened_at: iso(opened),
    state_at: iso(opened + 9 * MIN),
    updated_at: iso(opened + 9 * MIN),
    curator: 'gromov@centre.example',
    watchers: [],
    events: [],
    allowed: [],
    audiences: [],
    ...(['draft', 'review', 'rework', 'approved', 'publishing', 'answered', 'closed', 'interim', 'verified'].includes(
      state,
    )
      ? {
          draft: {
            text: draftText,
            hash: 'h1',
            authors: [4],
            author_name: 'Алексей Дорохов',
            written_at: iso(opened + 50 * MIN),
            ...(['approved', 'publishing', 'answered', 'closed', 'verified'].includes(state)
              ? {
                  approved_hash: 'h1',
                  approved_by: 3,
                  approver_name: 'Павел Громов',
                  approved_at: iso(opened + 60 * MIN),
                }
              : {}),
          },
        }
      : {}),
    ...(['answered', 'closed', 'verified'].includes(state)
      ? { permalink: `${p.url}?comment=9`, answered_at: iso(opened + 80 * MIN) }
      : {}),
    ...(state === 'interim'
      ? { promise: 'Заменим участок трубы длиной 40 метров', promised_by: iso(start + 6 * 24 * HOUR) }
      : {}),
  }
  for (let k = 1; k < i.posts_total; k++)
    i.posts?.push(evidence({ ...(posts[n * 9 + 3 + k] as FoundPost), text: p.text }, 'copy'))
  i.events = [event(i, 'opened', opened, undefined, '', 'triage', { rule: 1, rule_name: 'Холодные батареи' })]
  if (has && a)
    i.events.push(
      event(i, 'assign', opened + 4 * MIN, 'Ирина Соколова', 'triage', 'assigned', {
        agency: a.id,
        agency_name: a.name,
      }),
      event(i, 'accept', opened + 9 * MIN, 'Алексей Дорохов', 'assigned', 'accepted'),
    )
  if (state === 'returned')
    i.events.push(
      event(i, 'return', opened + 9 * MIN, 'Алексей Дорохов', 'assigned', 'returned', {
        reason: 'Дом на балансе другого предприятия, передайте в «Примтеплоэнерго».',
      }),
    )
  if (n % 3 === 0)
    i.events.push(
      event(i, 'comment', opened + 15 * MIN, 'Ирина Соколова', state, state, {
        text: 'Позвонила заявителю: тепло ненадолго появлялось утром, к обеду снова пропало.',
      }),
    )
  if (i.overdue) i.events.push(event(i, 'breach', start - 20 * MIN, undefined, state, state, { clock: 'answer' }))
  incidents.push(i)
}
for (let n = 0; n < 90; n++) makeIncident(n)
const allowed = (i: Inc) => [
  ...table
    .filter(
      t =>
        t[1].includes(i.state) &&
        roleActions[who.role]?.includes(t[3]) &&
        !(t[0] === 'approve' && i.draft?.authors?.includes(who.id)),
    )
    .map(t => t[0]),
  ...(roleActions[who.role]?.includes('comment') ? ['comment'] : []),
]
const view = (i: Inc): Inc => ({
  ...i,
  allowed: allowed(i),
  audiences: (['internal', 'resident'] as const).filter(a =>
    roleActions[who.role]?.includes(a === 'internal' ? 'comment' : 'publish answer'),
  ),
})

function command(i: Inc, name: string, b: Record<string, unknown>): [number, unknown] {
  if (name === 'comments') {
    i.events?.push(
      event(i, 'comment', Date.now(), who.name, i.state, i.state, { text: b.text }, String(b.audience ?? 'internal')),
    )
    return [200, view(i)]
  }
  const t = table.find(x => x[0] === name)
  if (!t) return [404, { title: 'Не найдено' }]
  if (b.version !== i.version || !t[1].includes(i.state)) {
    return [
      409,
      {
        type: 'about:blank',
        title: 'Уже изменено',
        status: 409,
        detail: `инцидент ${i.number} уже в версии ${i.version}, а не ${b.version}: его изменили`,
        current: i,
        changes: (i.events ?? []).filter(e => e.version > Number(b.version)),
      },
    ]
  }
  const from = i.state
  i.state = t[2] === '<' ? (i.before ?? 'triage') : t[2]
  if (['spam', 'not_ours', 'duplicate', 'claim'].includes(i.state)) i.before = from
  else delete i.before
  i.version++
  const d: Record<string, unknown> = { ...b }
  delete d.version
  if (name === 'assign') {
    const a = agencies.find(x => x.id === (b.agency || i.proposed?.id)) ?? agencies[0]
    if (a) i.agency = { id: a.id, name: a.name }
    d.agency_name = a?.name
  }
  if (name === 'draft')
    i.draft = {
      text: String(b.text),
      hash: `h${i.version}`,
      authors: [who.id],
      author_name: who.name,
      written_at: iso(Date.now()),
    }
  if (name === 'approve' && i.draft)
    Object.assign(i.draft, { approved_hash: i.draft.hash, approver_name: who.name, approved_at: iso(Date.now()) })
  if (name === 'answer') i.permalink = String(b.permalink)
  if (name === 'interim') Object.assign(i, { promise: b.text, promised_by: b.until ?? iso(Date.now() + 7 * 24 * HOUR) })
  if (closedStates.includes(i.state)) i.due = null
  i.updated_at = iso(Date.now())
  i.state_at = i.updated_at
  i.events?.push(event(i, name, Date.now(), who.name, from, i.state, Object.keys(d).length ? d : undefined))
  return [200, view(i)]
}

// ---- status

const reasons = [
  'not a post record: unexpected end of JSON input',
  'index: mapper: field [date] is no date',
  'no region RU-XX',
]
const rejected = Array.from({ length: 7 }, (_, n) => ({
  id: `posts-${n}-${3 * n}`,
  topic: 'posts',
  key: `telegram:1084368520/${4000 + n}`,
  reason: reasons[n % 3] ?? '',
  origin: `posts/${n}/${1000 + n}`,
  at: iso(start - n * 7 * MIN),
  size: 900 + 400 * n,
  attempts: 1 + (n % 2),
  state: 'waiting',
}))
const stage = (stage: string, waiting: number, seconds: number) => ({
  stage,
  waiting,
  behind_seconds: seconds,
  known: true,
})
const late = [stage('index', 1240, 12 * 60)]
const status = () => ({
  at: iso(Date.now()),
  stages: [stage('reading', 0, 0), ...late, stage('desk', 3, 4)],
  parts: ['database', 'log', 'index'].map(name => ({ name, ok: name !== 'index' })),
  rejected: [{ topic: 'posts', total: 12, waiting: rejected.filter(r => r.state === 'waiting').length }],
  rejected_kept_days: 30,
  sources: { ok: 12, new: 1, rate_limited: 1, ill: 2, overdue: 0 },
  notifications: { days: 7, doubtful: 1, failed: 0, late: 0, last: [] },
  versions: [
    { name: 'otklik', version: 'dev' },
    { name: 'shape', version: 'postgres' },
  ],
})

function decided(id: string | undefined, what: string | undefined): [number, unknown] {
  const states: Record<string, string> = { replay: 'replayed', drop: 'dropped', restore: 'waiting' }
  const r = rejected.find(x => x.id === id)
  if (!r) return [404, { title: 'Не найдено', status: 404 }]
  if (what) r.state = states[what] ?? r.state
  return [200, { ...r, text: '{\n  "v": 1\n}', json: true, cut: false, events: [] }]
}

// ---- HTTP

type Params = URLSearchParams
const page = <T>(all: T[], p: Params, def = 50) => {
  const from = Number(p.get('after') || 0)
  const limit = Number(p.get('limit') || def)
  return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : '' }
}
const listOf = <T>(items: T[]) => ({ items, next: '' })
const csv = (p: Params, name: string) => p.get(name)?.split(',').filter(Boolean) ?? []
const queryProblem = (q: Query) => ({
  type: 'about:blank',
  title: 'Ошибки в полях',
  status: 422,
  detail: 'в запросе есть ошибки',
  errors: q.problems.map(x => ({ location: 'query.query', ...x })),
})

function filterIncidents(p: Params): Inc[] {
  const [st, rg, ag, sv] = [csv(p, 'state'), csv(p, 'region'), csv(p, 'agency'), csv(p, 'severity')]
  const all = incidents.filter(
    i =>
      (!st.length || st.includes(i.state)) &&
      (!rg.length || rg.includes(i.region)) &&
      (!ag.length || ag.includes(String(i.agency?.id))) &&
      (!sv.length || sv.includes(i.severity)) &&
      (!p.get('open') || (p.get('open') === 'true') === !closedStates.includes(i.state)) &&
      (p.get('overdue') !== 'true' || (i.due && Date.parse(i.due) < Date.now())) &&
      (who.role !== 'executor' || who.agencies?.includes(i.agency?.id ?? 0)),
  )
  const s = p.get('sort')
  if (s === 'due') return all.sort((a, b) => (a.due ?? '9').localeCompare(b.due ?? '9'))
  return all.sort((a, b) => (s === 'oldest' ? 1 : -1) * a.opened_at.localeCompare(b.opened_at))
}

function answer(method: string, path: string, p: Params, b: Record<string, unknown>): [number, unknown] {
  const seg = path.split('/')
  const at = <T extends { id: number }>(all: T[]) => all.find(x => x.id === Number(seg[1]))
  if (path === 'sign-in')
    return [
      200,
      {
        setup_needed: process.env.FAKE_SETUP === '1',
        setup_code: false,
        oidc: [{ id: 'esia', name: 'Госуслуги (ЕСИА)' }],
        installation: {
          name: 'Дальневосточная сеть ЦУР',
          collects:
            'Публичные записи и комментарии открытых каналов и сообществ и сообщения, которые люди сами прислали нам.',
          why: 'Чтобы жалобы и вопросы жителей находили ответственное ведомство и получали ответ.',
          kept: [
            { class: 'standard', months: 24 },
            { class: 'short', months: 3 },
          ],
          regions,
        },
      },
    ]
  if (path === 'session' && method === 'POST') {
    const found = people.find(x => x.login === b.login)
    if (!found || b.password === 'wrong')
      return [401, { title: 'Нужен вход', status: 401, detail: 'имя или пароль неверны' }]
    if (found.login === 'admin' && !b.code)
      return [401, { title: 'Нужен вход', status: 401, detail: 'нужен код', needs_code: true }]
    who = found
    signedIn = true
    return [204, undefined]
  }
  if (path === 'session' && method === 'DELETE') {
    signedIn = false
    return [204, undefined]
  }
  if (path === 'setup') return [204, undefined]
  if (!signedIn) return [401, { title: 'Нужен вход', status: 401 }]
  if (path === 'me') return [200, { ...who, actions: roleActions[who.role] ?? [] }]
  if (path === 'sessions')
    return [
      200,
      listOf([
        {
          id: 1,
          way: 'password',
          expires_at: iso(start + 9 * HOUR),
          current: true,
          created_at: iso(start - 5 * HOUR),
          seen_at: iso(Date.now()),
          address: '10.4.12.7',
          agent:
            'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
        },
        {
          id: 2,
          way: 'oidc',
          expires_at: iso(start + 9 * HOUR),
          current: false,
          created_at: iso(start - 50 * HOUR),
          seen_at: iso(start - 20 * HOUR),
          address: '10.4.12.9',
          agent: 'Mozilla/5.0 (Linux; Android 14) Chrome/140.0.0.0 YaBrowser/25.8 Mobile Safari/537.36',
        },
      ]),
    ]
  if (path === 'me/totp' && method === 'POST')
    return [
      200,
      { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Otklik:admin?secret=JBSWY3DPEHPK3PXP&issuer=Otklik' },
    ]
  if (path === 'me/totp/confirm')
    return [200, { recovery: Array.from({ length: 8 }, () => `${1000 + rnd(9000)}-${1000 + rnd(9000)}`) }]
  if (path === 'me/tokens' && method === 'GET') return [200, listOf(tokens.slice(0, 1))]
  if (path === 'me/tokens') return [201, { ...tokens[0], secret: 'otk_Yw2m8v0qXrVbT1nF5sKpLcJdHgZaEuMiOtBxQkRyWz' }]
  if (seg[0] === 'me' || seg[0] === 'sessions') return [204, undefined]
  if (path === 'people') {
    if (method === 'POST') {
      people.push({ ...b, id: people.length + 1 } as unknown as FakePerson)
      return [201, people[people.length - 1]]
    }
    return [200, listOf(people)]
  }
  if (seg[0] === 'people') {
    const x = at(people)
    Object.assign(x ?? {}, b)
    return [200, x]
  }
  if (path === 'regions')
    return [200, listOf(regions.map((r, i) => ({ ...r, served: i < 5 })).filter(r => p.get('all') || r.served))]
  if (seg[0] === 'regions') return [200, { ...regions.find(r => r.code === seg[1]), served: b.served }]
  if (path === 'agencies') {
    if (method === 'POST') {
      const a = { active: true, default: false, kind: '', ...b, id: agencies.length + 1 } as Agency
      agencies.push(a)
      return [201, a]
    }
    return [200, listOf(agencies.filter(a => !p.get('region') || a.region === p.get('region')))]
  }
  if (seg[0] === 'agencies') {
    const x = at(agencies)
    if (method === 'DELETE') {
      Object.assign(x ?? {}, { active: false })
      return [204, undefined]
    }
    Object.assign(x ?? {}, b)
    return [200, x]
  }
  if (path === 'searches') {
    if (method === 'POST') {
      const q = parse(String(b.query))
      if (q.problems.length)
        return [422, { ...queryProblem(q), errors: q.problems.map(x => ({ location: 'body.query', ...x })) }]
      const s = {
        ...(searches[0] as SavedSearch),
        regions: ['*'],
        ...b,
        id: searches.length + 1,
        version: 1,
        past_done: false,
        past_found: 0,
        created_at: iso(Date.now()),
        changed_at: iso(Date.now()),
        owner: who.name,
      } as SavedSearch
      searches.push(s)
      return [201, s]
    }
    return [200, page(searches, p)]
  }
  if (seg[0] === 'searches') {
    const x = at(searches)
    if (!x) return [404, { title: 'Не найдено', detail: 'нет такого поиска' }]
    if (seg[2] === 'hits')
      return [
        200,
        listOf([{ last: iso(start - 4 * MIN), posts: 312, region: 'RU-PRI', search: x.id, version: x.version }]),
      ]
    if (seg[2] === 'versions')
      return [
        200,
        listOf([
          {
            version: 1,
            name: x.name,
            query: x.query,
            regions: x.regions,
            changed_by: x.owner,
            changed_at: x.changed_at,
          },
        ]),
      ]
    if (method === 'DELETE') {
      searches.splice(searches.indexOf(x), 1)
      return [204, undefined]
    }
    if (method === 'PUT') {
      Object.assign(x, b, { version: x.version + 1 })
    }
    return [200, x]
  }
  if (path === 'rules') {
    if (method === 'POST') {
      const r = {
        mode: 'suggest',
        severity: 'normal',
        enabled: true,
        open_for_backfill: false,
        ...b,
        id: rules.length + 1,
      } as Rule
      rules.push(r)
      return [201, r]
    }
    return [200, listOf(rules)]
  }
  if (seg[0] === 'rules') {
    const x = at(rules)
    if (method === 'DELETE' && x) {
      rules.splice(rules.indexOf(x), 1)
      return [204, undefined]
    }
    Object.assign(x ?? {}, b)
    return [200, x]
  }
  if (path === 'sources') {
    if (method === 'POST') {
      const s = {
        ...(sources[0] as Source),
        ...b,
        id: sources.length + 1,
        title: '',
        health: 'new',
        last_ok: null,
        last_new: null,
        last_read: null,
        posts: 0,
      } as Source
      sources.push(s)
      return [201, s]
    }
    return [200, page(sources, p)]
  }
  if (seg[0] === 'sources') {
    const x = at(sources)
    if (method === 'DELETE' && x) {
      sources.splice(sources.indexOf(x), 1)
      return [204, undefined]
    }
    if (method === 'PUT') Object.assign(x ?? {}, b)
    return [200, x]
  }
  if (path === 'tokens') {
    if (method === 'POST') {
      const t = { ...b, id: tokens.length + 1, created_at: iso(Date.now()), created_by: who.name } as Token
      tokens.push(t)
      return [201, { ...t, secret: 'otk_Yw2m8v0qXrVbT1nF5sKpLcJdHgZaEuMiOtBxQkRyWz' }]
    }
    return [200, page(tokens, p)]
  }
  if (path === 'audit') {
    const about = { regions: ['RU-PRI'], by: who.name, who: who.id }
    return [
      200,
      listOf([
        {
          ...about,
          id: 3,
          at: iso(Date.now() - HOUR),
          thing: 'rule',
          of: '1',
          name: 'Отопление',
          kind: 'changed',
          changes: { severity: { was: 'normal', is: 'raised' } },
        },
        {
          ...about,
          id: 2,
          at: iso(Date.now() - 2 * HOUR),
          thing: 'person',
          of: '2',
          person: 2,
          name: people[1]?.name,
          kind: 'changed',
          changes: { role: { was: 'specialist', is: 'curator' }, regions: { was: ['RU-SAM'], is: ['RU-PRI'] } },
        },
        {
          ...about,
          id: 1,
          at: iso(Date.now() - 3 * HOUR),
          thing: 'person',
          of: '1',
          person: 1,
          name: who.name,
          kind: 'signed_in',
          address: '10.4.12.7',
          changes: { way: { is: 'password' } },
        },
      ]),
    ]
  }
  if (path === 'looks')
    return [
      200,
      listOf([{ id: 1, number: 7, region: 'RU-PRI', at: iso(Date.now() - HOUR), who: who.id, name: who.name }]),
    ]
  if (path === 'status/line') return [200, { late }]
  if (path === 'status') return [200, status()]
  if (path === 'rejected/count') return [200, { count: rejected.length, more: false }]
  if (path === 'rejected') return [200, listOf(rejected.filter(r => r.state === (p.get('state') ?? r.state)))]
  if (seg[0] === 'rejected') return decided(seg[1], seg[2])
  if (seg[0] === 'tokens') {
    const x = at(tokens)
    if (x) x.revoked_at = iso(Date.now())
    return [204, undefined]
  }
  if (seg[0] === 'presets')
    return [
      200,
      listOf([
        { name: 'standard', title: 'Обычный', clocks: {} },
        { name: 'raised', title: 'Повышенный', clocks: {} },
        { name: 'critical', title: 'Критический', clocks: {} },
      ]),
    ]
  if (path === 'posts' || path === 'posts/count' || path === 'posts/histogram') {
    const q = parse(p.get('query') ?? '')
    if (q.problems.length) return [422, queryProblem(q)]
    const found = posts.filter(x => holds(x, q))
    if (path === 'posts/count') return [200, { posts: found.length, reached: null }]
    if (path === 'posts/histogram')
      return [
        200,
        {
          items: Array.from({ length: 14 }, (_, k) => ({ from: iso(start - (13 - k) * 24 * HOUR), posts: rnd(300) })),
          next: '',
          reached: null,
        },
      ]
    const out = page(found, p)
    return [200, { ...out, items: out.items.map(x => shown(x, q)), reached: null }]
  }
  if (seg[0] === 'posts') {
    const id = decodeURIComponent(path.slice('posts/'.length)).replace(/\/copies$/, '')
    const x = posts.find(y => y.id === id)
    if (!x) return [404, { title: 'Не найдено', detail: 'такого сообщения нет' }]
    if (path.endsWith('/copies')) {
      const words =
        x.text
          .toLowerCase()
          .replaceAll('ё', 'е')
          .match(/[\p{L}\d]+/gu) ?? []
      if (words.length < 4) return [200, { query: '', posts: 0, reached: null, reason: 'в публикации меньше 4 слов' }]
      const query = `"${words.slice(0, 12).join(' ')}"`
      return [200, { query, posts: posts.filter(y => y !== x && y.text === x.text).length, reached: null }]
    }
    const old = { ...x, text: x.text.replace('третий день', 'второй день').replace('!', '.') }
    return [
      200,
      {
        ...shown(x, parse(p.get('query') ?? '')),
        history: x.edited
          ? [
              { rev: x.rev - 1, kind: 'revision', hash: 'b', observed: iso(Date.parse(x.observed) - HOUR), post: old },
              { rev: x.rev, kind: 'revision', hash: 'a', observed: x.observed, post: x },
            ]
          : [{ rev: x.rev, kind: 'revision', hash: 'a', observed: x.observed, post: x }],
      },
    ]
  }
  if (path === 'incidents') {
    if (method === 'POST') {
      const x = posts.find(y => y.id === b.post)
      if (!x)
        return [
          422,
          {
            title: 'Ошибки в полях',
            status: 422,
            errors: [{ location: 'body.post', message: 'нет такого сообщения' }],
          },
        ]
      makeIncident(0)
      const i = incidents[incidents.length - 1] as Inc
      Object.assign(i, {
        number: 1000 + incidents.length,
        state: 'new',
        version: 1,
        title: b.title || x.text.slice(0, 100),
        region: b.region || x.regions?.[0],
        severity: b.severity ?? 'normal',
        posts: [evidence(x, 'opened')],
        posts_total: 1,
        opened_at: iso(Date.now()),
        agency: null,
        draft: undefined,
      })
      return [201, view(i)]
    }
    return [200, page(filterIncidents(p).map(view), p)]
  }
  if (seg[0] === 'incidents') {
    const i = incidents.find(x => x.number === Number(seg[1]))
    if (!i) return [404, { title: 'Не найдено', status: 404, detail: `инцидента ${seg[1]} нет` }]
    if (!seg[2]) return [200, view(i)]
    if (seg[2] === 'posts') return [200, listOf(i.posts ?? [])]
    if (seg[2] === 'notifications')
      return [
        200,
        listOf([
          {
            id: 1,
            number: i.number,
            channel: 'email',
            event: 'assigned',
            address: 'priem2@agency.example',
            state: 'sent',
            attempts: 1,
            made: iso(start - 5 * HOUR),
            sent_at: iso(start - 5 * HOUR + 2000),
          },
        ]),
      ]
    return command(i, seg[2], b)
  }
  return [404, { title: 'Не найдено', status: 404, detail: `нет адреса ${path}` }]
}

const listeners = new Set<(p: FoundPost, n: number) => void>()
let sent = 0

function stream(req: IncomingMessage, res: ServerResponse, p: Params): void {
  const q = parse(p.get('query') ?? '')
  if (q.problems.length) {
    res.writeHead(422, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(queryProblem(q)))
    return
  }
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  res.write(`id: 0:${sent}\n\n`)
  const send = (x: FoundPost, n: number) => {
    if (holds(x, q)) res.write(`id: 0:${n}\nevent: post\ndata: ${JSON.stringify(shown(x, q))}\n\n`)
  }
  listeners.add(send)
  const beat = setInterval(() => res.write(': \n\n'), 15_000)
  req.on('close', () => {
    listeners.delete(send)
    clearInterval(beat)
  })
}

// As ui.go sends it.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' http: https:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

type Serve = (req: IncomingMessage, res: ServerResponse, next: () => void) => void

function serve(): Serve {
  const timer = setInterval(
    () => {
      const p = makePost(Date.now() - 2000, rnd(stories.length))
      posts.unshift(p)
      sent++
      for (const l of listeners) l(p, sent)
    },
    Number(process.env.FAKE_EVERY ?? 4000),
  )
  timer.unref()
  return (req, res, next) => {
    const url = new URL(req.url ?? '/', 'http://x')
    if (!url.pathname.startsWith('/api/v1/')) return next()
    const path = url.pathname.slice('/api/v1/'.length)
    if (path === 'posts/stream') return stream(req, res, url.searchParams)
    let text = ''
    req.on('data', (c: Buffer) => {
      text += c.toString()
    })
    req.on('end', () => {
      const [status, body] = answer(req.method ?? 'GET', path, url.searchParams, text ? JSON.parse(text) : {})
      setTimeout(() => {
        res.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' })
        res.end(status === 204 ? undefined : JSON.stringify(body))
      }, 60)
    })
  }
}

export function fake(): Plugin {
  return {
    name: 'fake-server',
    configureServer(server) {
      server.middlewares.use(serve())
    },
    configurePreviewServer(server) {
      server.middlewares.use((_req, res, next) => {
        res.setHeader('Content-Security-Policy', policy)
        next()
      })
      server.middlewares.use(serve())
    },
  }
}
