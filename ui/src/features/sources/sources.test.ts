import { expect, it } from 'vitest'
import { networkOf, plainAddress } from './SourceDialog'

it.each([
  ['https://t.me/s/vl_news', 'telegram', 'vl_news'],
  ['t.me/vl_news/123', 'telegram', 'vl_news'],
  ['@vl_news', 'telegram', 'vl_news'],
  ['https://vk.com/amur_online?w=wall-1_2', 'vk', 'amur_online'],
  ['https://news.example/rss.xml', 'rss', 'https://news.example/rss.xml'],
  ['', '', ''],
])('%s', (typed, network, address) => {
  expect(networkOf(typed)).toBe(network)
  expect(plainAddress(typed, network)).toBe(address)
})
