import type { BrowserContext, Page } from 'playwright-core'

/**
 * Signs a person in to the console as they do it: its button, the edge's page in a window of its own, and
 * the answer that brings them back.
 */
export async function signInToConsole(
  context: BrowserContext,
  board: Page,
  person: { email: string; password: string },
): Promise<void> {
  const opened = context.waitForEvent('page')
  await board.getByRole('button', { name: 'Sign in' }).click()
  const edge = await opened
  await edge.getByLabel('E-mail address').fill(person.email)
  await edge.getByLabel('Password').fill(person.password)
  await edge.getByRole('button', { name: 'Sign in', exact: true }).click()
  await edge.getByRole('button', { name: 'Allow', exact: true }).click()
  await edge.getByText('You are signed in.').waitFor()
  await edge.close()
}
