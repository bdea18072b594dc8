import { expect, test } from 'vitest'
import { button, post, toast } from './harness/acts.ts'
import { eventually, type Person, region } from './harness/server.ts'
import { setStage, settled } from './harness/stage.ts'
import { ru } from './harness/words.ts'

let who: Person
let search = 0

const stage = setStage(async ({ server }) => {
  await server.archive([{ native: '1', text: 'Увезли бабушку в гноилку' }])
  search = await server.make('/searches', { name: 'Ковидарии', query: 'ковидарий', regions: [region] })
  who = await server.person('administrator', { regions: ['*'] })
})

test('a word is added: what is wrong is said at its line, searches find its forms, and it can be taken back', async () => {
  const { server } = stage
  const page = await stage.open(who, '/glossary')
  await page.getByText(ru.glossary.empty).waitFor()
  const text = page.getByRole('textbox', { name: ru.glossary.text })
  await text.fill('# больницы\nдва слова\n')
  const wrong = page.getByRole('alert', { name: ru.glossary.problems })
  await wrong.getByText(ru.glossary.line(2)).waitFor()
  expect(await button(page, ru.common.save).isDisabled()).toBe(true)
  await wrong.getByRole('button').click()
  const marked = await text.evaluate((a: HTMLTextAreaElement) => a.value.slice(a.selectionStart, a.selectionEnd))
  expect(marked).toBe('два слова')

  // Before it is saved one sees what a word will mean.
  await text.fill('# больницы\nковидарий: гноилка гноилку гноилке\n')
  await page.getByRole('textbox', { name: ru.glossary.try }).fill('гноилке')
  const meaning = page.getByRole('list', { name: ru.words.title })
  await meaning.getByText('ковидарий', { exact: true }).waitFor()
  await text.press('Control+s')
  await toast(page, ru.glossary.saved).waitFor()
  await page.getByText(ru.glossary.inForce).waitFor()

  // A saved search finds a new post by another form, and what was there before.
  await server.archive([{ native: '2', text: 'В гноилке мест нет' }])
  await eventually(async () => {
    const { items } = await server.call<{ items: { posts: number }[] }>('GET', `/searches/${search}/hits`)
    expect(items.length).toBeGreaterThan(0)
  })
  await page.goto(`${server.base}/feed?q=${encodeURIComponent('ковидарии')}`)
  await post(page, 'мест нет').waitFor()
  await post(page, 'бабушку').waitFor()

  // What words mean stands below the box; of those asked for exactly nothing is said.
  await page.goto(`${server.base}/feed?q=${encodeURIComponent('стали !гноилке кракозябровый')}`)
  await settled(page)
  await eventually(async () =>
    expect(await meaning.getByRole('listitem').allTextContents()).toEqual([
      'стали: сталь, стать',
      expect.stringMatching(/^кракозябровый: /),
    ]),
  )

  // An earlier revision comes back into the editor, and is saved as a new one.
  await page.goto(`${server.base}/glossary`)
  await text.fill('')
  await text.press('Control+s')
  await toast(page, ru.glossary.saved).waitFor()
  await button(page, `${ru.glossary.take}: ${ru.glossary.revision(1)}`).click()
  await eventually(async () => expect(await text.inputValue()).toContain('гноилка'))
  await button(page, ru.common.save).click()
  await page.getByText(`${ru.glossary.revision(3)}:`).waitFor()
})

test('the second of two who save sees what the other has written', async () => {
  const page = await stage.open(who, '/glossary')
  const text = page.getByRole('textbox', { name: ru.glossary.text })
  await text.fill('моё\n')
  const now = await stage.server.call<{ revision: number }>('GET', '/glossary')
  await stage.server.call('PUT', '/glossary', { revision: now.revision, body: 'чужое\n' })
  await text.press('Control+s')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('чужое').waitFor()
  await button(dialog, ru.meanwhile.overwrite).click()
  await toast(page, ru.glossary.saved).waitFor()
  expect((await stage.server.call<{ body: string }>('GET', '/glossary')).body).toBe('моё\n')
})
