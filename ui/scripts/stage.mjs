// Peoples a running demonstration: an administrator, a person of every role,
// and incidents in every state, all through the API and all invented. Nothing
// of it depends on what arrives meanwhile: posts of the past are taken, in the
// order of their numbers.
//
//   node scripts/stage.mjs http://127.0.0.1:8080   # a fresh `otklik run --demo`
import { pathToFileURL } from 'node:url'

const first = 'Пароль на первый раз 26'
/** Of everybody: the demonstration is nobody's. */
export const password = 'Тихая гавань на Чехова 7'
const region = 'RU-PRI'

/** Who there is, by login. */
export const cast = {
  admin: { name: 'Ольга Седова', role: 'administrator', regions: ['*'], sealed: true },
  kim: { name: 'Марина Ким', role: 'specialist', regions: [region] },
  lebedev: { name: 'Андрей Лебедев', role: 'curator', regions: [region] },
  belov: { name: 'Сергей Белов', role: 'executor', regions: [region], works: ['Теплосети Приморья', 'Водоканал'] },
  gromova: { name: 'Анна Громова', role: 'executor', regions: [region], works: ['Дорожная служба', 'Горсвет'] },
  orlova: { name: 'Вера Орлова', role: 'ombudsman', regions: [region], sealed: true },
  nazarov: { name: 'Тимур Назаров', role: 'factchecker', regions: ['RU-PRI', 'RU-KHA'] },
  vetrov: { name: 'Игорь Ветров', role: 'head', regions: [region] },
  press: { name: 'Редакция «Вестника Артёма»', role: 'partner', regions: [region], language: 'en' },
}

/** api signs a person in and sends requests as they do. */
async function api(base, login, word) {
  let cookie = ''
  const send = async (method, path, body) => {
    const r = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', 'Accept-Language': 'ru', ...(cookie ? { cookie } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    const set = r.headers.getSetCookie().map(c => c.split(';')[0])
    if (set.length) cookie = set.join('; ')
    const text = await r.text()
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text.slice(0, 400)}`)
    return text ? JSON.parse(text) : undefined
  }
  if (login) await send('POST', '/session', { login, password: word })
  return send
}

const wait = ms => new Promise(done => setTimeout(done, ms))

/** Asks again and again until there is something. */
async function until(what, ask) {
  for (let i = 0; i < 120; i++) {
    const v = await ask()
    if (v) return v
    await wait(500)
  }
  throw new Error(`not within a minute: ${what}`)
}

/** The first administrator, through the page's own door. */
export async function setUp(base) {
  const admin = await api(base)
  await admin('POST', '/setup', { name: cast.admin.name, login: 'admin', password })
  return admin
}

export async function stage(base) {
  const admin = await setUp(base)
  const agencies = Object.fromEntries((await admin('GET', `/agencies?region=${region}`)).items.map(a => [a.name, a.id]))
  const as = { admin }
  for (const [login, { works, ...p }] of Object.entries(cast)) {
    if (login === 'admin') continue
    await admin('POST', '/people', {
      ...p,
      login,
      password: first,
      ...(works ? { agencies: works.map(w => agencies[w]) } : {}),
    })
    as[login] = await api(base, login, first)
    await as[login]('PUT', '/me/password', { old: first, new: password })
  }
  // Its time is counted from the post, so that there are late ones at once.
  await admin('PUT', `/presets/${region}`, {
    version: 0,
    name: 'urgent',
    title: 'Срочный: ответ за два часа от публикации',
    clocks: {
      route: { amount: 60, unit: 'wall', from: 'entered' },
      answer: { amount: 120, unit: 'wall', from: 'published' },
    },
  })
  // What arrives meanwhile shall not come between.
  const rules = (await admin('GET', `/rules?region=${region}`)).items
  const switchRules = async enabled => {
    for (const { id, ...r } of rules) await admin('PUT', `/rules/${id}`, { ...r, enabled })
  }
  await switchRules(false)
  await until('the posts of the past', async () => (await admin('GET', '/posts/count?query=')).posts > 450)
  const posts = await past(as.kim)
  const numbers = []
  for (const [i, s] of scenes.entries()) {
    const post = posts.find(p => p.text.includes(s.of))
    if (!post) throw new Error(`no post with «${s.of}»`)
    posts.splice(posts.indexOf(post), 1)
    numbers[i] = await play(s, post.id, as, agencies, numbers)
  }
  await switchRules(true)
  const { items: searches } = await admin('GET', '/searches?limit=200')
  const found = word => searches.filter(s => s.name.toLowerCase().includes(word)).map(s => s.id)
  await admin('PUT', `/routes/${region}`, {
    version: 0,
    tree: {
      routes: [
        { name: 'Из газет', when: { networks: ['rss'] }, watchers: ['press@otklik.example'], continue: true },
        {
          name: 'Тепло и вода',
          when: { searches: [...found('отопл'), ...found('вод')] },
          agency: agencies['Теплосети Приморья'],
          routes: [
            {
              name: 'Аварии',
              when: { severities: ['raised', 'critical'] },
              preset: 'critical',
              curator: 'duty@otklik.example',
            },
            { name: 'Вода', when: { searches: found('вод') }, agency: agencies.Водоканал },
          ],
        },
        { name: 'Дороги', when: { searches: found('дорог') }, agency: agencies['Дорожная служба'], preset: 'raised' },
      ],
    },
  })
  return { as, agencies, numbers }
}

/** Posts of the demonstration's past, the newest first. */
async function past(kim) {
  const all = []
  for (let after = ''; ; ) {
    const page = await kim('GET', `/posts?query=&limit=200${after ? `&after=${encodeURIComponent(after)}` : ''}`)
    all.push(...page.items)
    after = page.next
    if (!after) break
  }
  return all.filter(p => p.text && p.origin === 'backfill')
}

/** Takes an incident from a post to where its scene ends. */
async function play(scene, post, as, agencies, numbers) {
  const opened = await as.kim('POST', '/incidents', {
    post,
    ...(scene.title ? { title: scene.title } : {}),
    ...(scene.severity ? { severity: scene.severity } : {}),
  })
  const number = opened.number
  let version = opened.version
  const worker = ['Дорожная служба', 'Горсвет'].includes(scene.agency) ? as.gromova : as.belov
  const who = { kim: as.kim, lebedev: as.lebedev, worker }
  for (const [name, command, body = {}] of scene.steps ?? []) {
    const details = { ...body }
    if (command === 'assign') Object.assign(details, { agency: agencies[scene.agency] })
    if (command === 'duplicate') details.of = numbers[body.of]
    const after = await who[name]('POST', `/incidents/${number}/${command}`, { ...details, version })
    version = after.version
  }
  return number
}

const assign = (preset, comment) => [
  'kim',
  'assign',
  { ...(preset ? { preset } : {}), ...(comment ? { comment } : {}) },
]
const accept = ['worker', 'accept']
const draft = text => ['worker', 'draft', { text }]
const toReview = ['worker', 'review']
const approve = ['lebedev', 'approve']
const say = (who, text) => [who, 'comments', { text }]
const permalink = n => `https://t.me/teploseti_demo/${n}`

const coldAnswer =
  'Здравствуйте! Сегодня в 9:40 наша бригада проверила дом: воздух в стояке второго подъезда стравлен, циркуляция восстановлена, температура в подающей трубе 64 °C. Если к вечеру батареи не прогреются, позвоните, пожалуйста, в диспетчерскую: 8 (423) 555-01-20, мы приедем ещё раз.'
const leakAnswer =
  'Добрый день. Порыв на теплотрассе устранён в 16:10, в дома даётся тепло. Полностью системы прогреются к утру. Асфальт на месте раскопки восстановим до 4 декабря. Просим прощения за неудобства.'

// What there is: a word of the post, and what people did with it.
const scenes = [
  {
    of: 'холодные батареи',
    title: 'Холодные батареи в жилом доме, маленькие дети',
    severity: 'critical',
    agency: 'Теплосети Приморья',
    steps: [
      assign('urgent', 'Дом с детьми, жалоба повторная. Прошу проверить сегодня.'),
      accept,
      say('worker', 'Бригада выехала в 8:50, будет на месте через полчаса.'),
      say('kim', 'Жители пишут и в соседнем канале, адрес тот же.'),
      draft(coldAnswer),
      toReview,
    ],
  },
  {
    of: 'Стояк холодный',
    title: 'Холодный стояк, второй подъезд',
    severity: 'raised',
    agency: 'Теплосети Приморья',
    steps: [
      assign('urgent'),
      accept,
      draft(coldAnswer),
      toReview,
      ['lebedev', 'rework', { reason: 'Назовите срок: когда именно проверят ещё раз и кто отвечает.' }],
    ],
  },
  {
    of: 'прорвало теплотрассу',
    title: 'Порыв теплотрассы, без тепла остались восемь домов',
    severity: 'critical',
    agency: 'Теплосети Приморья',
    steps: [assign('critical'), accept, draft(leakAnswer), toReview, approve],
  },
  {
    of: 'отопление дали и отключили',
    agency: 'Теплосети Приморья',
    steps: [
      assign('raised'),
      accept,
      draft(leakAnswer),
      toReview,
      approve,
      ['kim', 'answer', { permalink: permalink(411) }],
    ],
  },
  { of: 'не греют батареи', severity: 'raised', agency: 'Теплосети Приморья', steps: [assign('raised')] },
  { of: 'когда включат отопление', agency: 'Теплосети Приморья', steps: [assign(), accept] },
  { of: 'Стояк холодный', agency: 'Теплосети Приморья', steps: [['kim', 'duplicate', { of: 1 }]] },
  {
    of: 'Горячую воду',
    title: 'Горячая вода еле тёплая второй месяц',
    agency: 'Водоканал',
    steps: [assign(), accept, draft('Здравствуйте! Проверяем узел, ответим до конца дня.')],
  },
  { of: 'Нет воды', severity: 'raised', agency: 'Водоканал', steps: [assign('urgent')] },
  {
    of: 'ржавая',
    title: 'Ржавая вода из крана',
    agency: 'Водоканал',
    steps: [
      assign(),
      accept,
      draft(
        'Промывка сети на вашей улице назначена на 27 ноября, после неё возьмём пробу воды и опубликуем результат.',
      ),
      toReview,
      approve,
      ['kim', 'interim', { text: 'Промывка сети 27 ноября, проба воды после неё', permalink: permalink(398) }],
      ['kim', 'control'],
    ],
  },
  { of: 'Яма', title: 'Яма у остановки', agency: 'Дорожная служба', steps: [assign(), accept] },
  { of: 'Гололёд', severity: 'raised', agency: 'Дорожная служба', steps: [assign('urgent')] },
  {
    of: 'Снег',
    agency: 'Дорожная служба',
    steps: [assign(), ['worker', 'return', { reason: 'Двор обслуживает управляющая компания «Уютный дом», не мы.' }]],
  },
  {
    of: 'выбоина',
    agency: 'Дорожная служба',
    steps: [
      assign(),
      accept,
      draft('Выбоина заделана литым асфальтом 23 ноября.'),
      toReview,
      approve,
      ['kim', 'answer', { permalink: permalink(377) }],
      ['kim', 'verify', { proof: 'Житель прислал снимок' }],
      ['kim', 'close'],
    ],
  },
  {
    of: 'горят фонари',
    title: 'Не горят фонари на пути от остановки к школе',
    agency: 'Горсвет',
    steps: [assign(), accept, draft('Заменили четыре лампы, свет горит.'), toReview, approve, ['kim', 'publish']],
  },
  { of: 'Контейнеры переполнены', agency: 'Региональный оператор', steps: [assign()] },
  { of: 'Травля', title: 'Травля в классе: просят помощи', severity: 'critical' },
  { of: 'дети сидят в куртках', severity: 'raised' },
  { of: 'Скорая ехала' },
  { of: 'поликлинике' },
  { of: 'Свалка', steps: [['kim', 'not_ours', { reason: 'Федеральная трасса' }]] },
  { of: 'СРОЧНО', steps: [['kim', 'spam']] },
]

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const base = (process.argv[2] ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
  const { numbers } = await stage(base)
  console.log(`${numbers.length} incidents; sign in as ${Object.keys(cast).join(', ')} with «${password}»`)
}
