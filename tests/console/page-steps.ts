import type { Locator, Page } from 'playwright-core'
import { type Desk, PASSWORD } from './identity-console.ts'

export const panel = (desk: Desk, name: string): Locator =>
  desk.page.getByRole('region', { name, exact: true })

export const row = (where: Locator, text: string): Locator =>
  where.getByRole('listitem').filter({ hasText: text })

/** Says yes in the open dialog. */
export async function confirmDialog(desk: Desk, action: string): Promise<void> {
  const dialog = desk.page.getByRole('dialog')
  await dialog.getByRole('button', { name: action, exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

/** Proves again who somebody is, in the page that the console opens for it. */
export async function confirmInBrowser(desk: Desk): Promise<void> {
  const opened = desk.context.waitForEvent('page')
  await desk.page.getByRole('link', { name: 'Confirm in the browser' }).click()
  const edge = await opened
  await edge.getByLabel('Password').fill(PASSWORD)
  await edge.getByRole('button', { name: 'Continue' }).click()
  await edge.getByText('You can go back to the app now.').waitFor()
  await edge.close()
}

/** Parts of the page that can be scrolled sideways: there should be none, nothing may stick out. */
export const sticksOut = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(
    `[document.documentElement, ...document.querySelectorAll('.page, .page-scroll, .panel, .drawer-scroll, .dialog, .rail')]
      .filter((part) => part.scrollWidth > part.clientWidth)
      .map((part) => part.className + ' ' + part.id + ' ' + (part.getAttribute('aria-labelledby') ?? ''))`,
  )
