/** What people do on the page again and again. */
import type { Locator, Page } from 'playwright-core'
import { ru } from './words.ts'

/** A button by its whole name. */
export const button = (at: Page | Locator, name: string): Locator => at.getByRole('button', { name, exact: true })

/** A step that an incident's page offers. */
export const step = (page: Page, name: string): Locator =>
  button(page.getByRole('region', { name: ru.incident.whatNext }), name)

export const dialog = (page: Page): Locator => page.getByRole('dialog')

/** What was done, as the page says it below. */
export const toast = (page: Page, text: string | RegExp): Locator => page.getByRole('alert').filter({ hasText: text })

/** The rows of the feed that have a text. */
export const post = (page: Page, text: string | RegExp): Locator => page.locator('[data-row]').filter({ hasText: text })

/** Chooses from a list that opens; the label is that of its field. */
export async function choose(at: Locator, label: string, option: string): Promise<void> {
  const field = at.getByRole('combobox', { name: label })
  await field.click()
  const page = at.page()
  if (await field.isEditable()) await field.fill(option)
  await page.getByRole('option', { name: option, exact: true }).click()
  // A list of several stays open until one goes on elsewhere.
  if ((await field.getAttribute('aria-expanded')) === 'true') await field.press('Tab')
}

/** Chooses what can be done with a row. */
export async function rowAction(page: Page, of: RegExp, action: string): Promise<void> {
  await page.getByRole('button', { name: of }).click()
  await page.getByRole('menuitem', { name: action, exact: true }).click()
}

/** Searches in the feed. */
export async function search(page: Page, box: string, query: string): Promise<void> {
  const field = page.getByRole('textbox', { name: box })
  await field.fill(query)
  await field.press('Enter')
}

/** Waits until an incident's page says its state. */
export async function becomes(page: Page, state: string) {
  await page.locator('main header').getByText(state, { exact: true }).waitFor({ timeout: 20_000 })
}
