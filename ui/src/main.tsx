import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/global.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { speak } from './api/client'
import { ApiError } from './api/errors'
import { makeRouter } from './app/router'
import { Shortcuts } from './app/shortcuts'
import { theme } from './app/theme'
import { I18n, loadDictionary, storedLanguage } from './i18n'

/** Whoever is no longer signed in goes to the door, and comes back after. */
function atDoor(err: unknown): void {
  if (!(err instanceof ApiError)) return
  const here = router.state.location
  if (['/sign-in', '/setup', '/about', '/new-password'].includes(here.pathname)) return
  if (err.problem.must_change) router.navigate({ to: '/new-password' })
  if (err.status !== 401) return
  // Who it was is forgotten at the door only: until then the page that is left asks for it.
  router.navigate({ to: '/sign-in', search: { next: here.href } }).then(() => {
    if (router.state.location.pathname === '/sign-in') queryClient.removeQueries({ queryKey: ['me'] })
  })
}

const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: atDoor }),
  mutationCache: new MutationCache({ onError: atDoor }),
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, err) => count < 2 && err instanceof ApiError && err.passing,
      // A page that fails to refresh keeps what it has.
      throwOnError: false,
    },
  },
})
const router = makeRouter(queryClient)

async function start(): Promise<void> {
  const language = storedLanguage()
  speak(language)
  const dictionary = await loadDictionary(language)
  document.title = dictionary.product // until a page has a name of its own
  const root = document.getElementById('root')
  if (!root) return
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={localStorageColorSchemeManager({ key: 'otklik.theme' })}
      >
        <I18n language={language} dictionary={dictionary}>
          <QueryClientProvider client={queryClient}>
            <Notifications position="bottom-center" limit={4} />
            <Shortcuts>
              <RouterProvider router={router} />
            </Shortcuts>
          </QueryClientProvider>
        </I18n>
      </MantineProvider>
    </StrictMode>,
  )
}

start()
