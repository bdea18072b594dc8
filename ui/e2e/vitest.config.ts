import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// The browser tests: `npm run e2e` beside the unit tests of `npm test`. What
// they start and what they need is told in harness/server.ts.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  resolve: { alias: { '@': fileURLToPath(new URL('../src', import.meta.url)) } },
  test: {
    include: ['e2e/**/*.e2e.ts'],
    environment: 'node',
    // Two files at a time are as much as two cores do well.
    maxWorkers: 2,
    // Every wait is for something, so that only what fails takes so long: or a
    // machine that is busy with ten other things.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 30_000,
  },
})
