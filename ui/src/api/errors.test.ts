import { expect, it } from 'vitest'
import { ApiError, sentence } from './errors'

it.each([
  ['нужно имя', 'Нужно имя'],
  ['поля «nnet» нет', 'Поля «nnet» нет'],
  ['no such region', 'No such region'],
  ['Уже с большой', 'Уже с большой'],
  ['https://example.org не открывается', 'https://example.org не открывается'],
  ['expires_at is in the past', 'expires_at is in the past'],
  ['tree.routes: too deep', 'tree.routes: too deep'],
  ['', ''],
])('a field says: %s', (text, want) => {
  expect(sentence(text)).toBe(want)
})

it('errors of one field stand in one sentence', () => {
  const err = new ApiError(422, {
    errors: [
      { location: 'body.regions[0]', message: 'нет такого региона' },
      { location: 'body.regions[1]', message: 'нет и такого' },
      { location: 'body.name', message: 'заполните' },
    ],
  })
  expect(err.fields).toEqual({ regions: 'Нет такого региона; нет и такого', name: 'Заполните' })
})
