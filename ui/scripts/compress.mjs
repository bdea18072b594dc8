// Lays a gzip copy beside every file of dist that gets smaller by it; ui.go
// sends it to browsers that take it.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, String(name))
  if (!statSync(file).isFile() || !/\.(js|css|html|svg|json)$/.test(file)) continue
  const plain = readFileSync(file)
  const small = gzipSync(plain, { level: 9 })
  if (small.length < plain.length * 0.95) writeFileSync(`${file}.gz`, small)
}
