import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { fake } from './dev/fake.ts'

// `npm run dev` talks to a running server when OTKLIK_URL says where it is
// (OTKLIK_TOKEN: an API token to come in with), else to the invented one in dev/.
const server = process.env.OTKLIK_URL
const token = process.env.OTKLIK_TOKEN

export default defineConfig({
  plugins: [react(), ...(server || process.env.VITEST ? [] : [fake()])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    // All of them know light-dark(); written out for older ones it loses its colours.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // No data: addresses, so that the content security policy can stay tight.
    assetsInlineLimit: 0,
    manifest: true, // for scripts/budget.mjs
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
  server: server
    ? {
        proxy: Object.fromEntries(
          ['/api', '/auth'].map(path => [
            path,
            { target: server, headers: token ? { Authorization: `Bearer ${token}` } : {} },
          ]),
        ),
      }
    : {},
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
} as Parameters<typeof defineConfig>[0])
