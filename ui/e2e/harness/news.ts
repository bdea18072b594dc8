import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Article {
  id: number
  at: Date
  title: string
  /** Plain words; what looks like markup is meant so. */
  text: string
}

const escaped = (s: string) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** News is a newspaper with an RSS feed, in which the test writes. */
export class News {
  address = ''
  private readonly articles: Article[] = []
  private serial = 0
  private readonly server = createServer((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'application/rss+xml; charset=utf-8' })
    res.end(this.feed())
  })

  /** Gives host and port. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(0, '127.0.0.1', () => {
        const host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`
        this.address = `http://${host}/rss.xml`
        resolve(host)
      })
    })
  }

  close(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise(resolve => this.server.close(() => resolve()))
  }

  write(title: string, text = ''): void {
    this.articles.unshift({ id: ++this.serial, at: new Date(), title, text })
  }

  private feed(): string {
    // A description is HTML inside of XML: what is meant as text is escaped twice.
    const items = this.articles.map(
      a =>
        `<item><title>${escaped(escaped(a.title))}</title><link>${this.address}/${a.id}</link><guid>${a.id}</guid>` +
        `<pubDate>${a.at.toUTCString()}</pubDate><description>${escaped(escaped(a.text))}</description></item>`,
    )
    return `<?xml version="1.0"?><rss version="2.0"><channel><title>Вести Артёма</title><link>${this.address}</link><description>Новости</description>${items.join('')}</channel></rss>`
  }
}
