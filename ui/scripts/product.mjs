// Starts the product's binary with the demonstration, in a folder of its own
// and on a free port, and stops what it started.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const START = 180_000 // ms: the first start fetches a private Postgres
const STOP = 30_000

/** Gives the address, and what stops it. */
export async function start(binary = fileURLToPath(new URL('../../bin/otklik', import.meta.url))) {
  if (!existsSync(binary)) throw new Error(`${binary} is not there: run "make build"`)
  const dir = mkdtempSync(join(tmpdir(), 'otk'))
  chmodSync(dir, 0o755) // the private Postgres runs as another user
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OTKLIK_')))
  const child = spawn(binary, ['run', '--demo', '--listen', '127.0.0.1:0', '--data', dir], {
    env: clean,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise(done => child.once('exit', done))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', s => {
    log = (log + s).slice(-20_000)
  })
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP)
    await ended
    clearTimeout(timer)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const base = await new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`not started within ${START / 1000} s\n${log}`)), START)
      let out = ''
      child.stdout.setEncoding('utf8').on('data', s => {
        out += s
        const address = /listening on (http:\S+)/.exec(out)?.[1]
        if (address) {
          clearTimeout(timer)
          done(address)
        }
      })
      child.once('exit', code => fail(new Error(`the product ended with ${code}\n${log}`)))
    })
    return { base, stop }
  } catch (err) {
    await stop()
    throw err
  }
}
