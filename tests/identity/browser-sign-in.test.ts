import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '#edge/identity/random-secret.ts'
import { launchChromium } from '../browser/chromium.ts'
import { waitFor } from '../platform/edge-client.ts'
import {
  addAuthenticator,
  codeOf,
  enter,
  openContext,
  PASSWORD,
  type Person,
  SignInStage,
  setUpTotp,
  signIn,
} from './sign-in-stage.ts'

const NEW_PASSWORD = 'seven quiet lanterns over water'
const MAIL_WAIT_MS = 30_000

let browser: Browser
let stage: SignInStage
const contexts: BrowserContext[] = []

beforeAll(async () => {
  ;[browser, stage] = await Promise.all([launchChromium(), SignInStage.start()])
})
afterEach(async () => {
  await Promise.all(contexts.splice(0).map((context) => context.close()))
})
afterAll(async () => {
  await browser.close()
  await stage.stop()
})

/** A browser of its own, as another device would be. */
async function device(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await openContext(browser, stage, options)
  contexts.push(context)
  return context.newPage()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const account = (page: Page, person: Person) =>
  page.getByRole('heading', { name: person.name, level: 1 }).waitFor()
const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

async function addPasskey(page: Page): Promise<void> {
  await button(page, 'Add a passkey').click()
  await page.getByText('The passkey was added.').waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.goto('/account')
  await button(page, 'Sign out').first().click()
  await heading(page, 'Sign in')
}

/** The link of the newest mail to somebody. */
async function linkTo(email: string): Promise<string> {
  const found = () =>
    stage.platform.mails().find(({ to, text }) => to === email && /http/.test(text))
  await waitFor(
    () => found() !== undefined,
    MAIL_WAIT_MS,
    () => `a mail to ${email}`,
  )
  return /https?:\/\/\S+/.exec(found()?.text ?? '')?.[0] ?? ''
}

describe('signing in', () => {
  test('takes the password, and after that the code of the app that was set up on the page', async () => {
    const ada = await stage.person()
    const page = await device()
    await signIn(page, ada)
    await account(page, ada)
    const { secret, codes } = await setUpTotp(page)
    expect(new Set(codes).size).toBe(10)
    await stage.forgetTotpSteps(ada)
    await signOut(page)

    await signIn(page, ada)
    await heading(page, 'Confirm that it is you')
    await page.goto('/account')
    await heading(page, 'Sign in')
    await signIn(page, ada)
    await page.getByLabel('Code').fill('000000')
    await button(page, 'Continue').click()
    await page.getByText('This code is wrong').waitFor()
    await page.getByLabel('Code').fill(codeOf(secret))
    await button(page, 'Continue').click()
    await account(page, ada)
  })

  test('takes a recovery code in place of the app’s, once', async () => {
    const ada = await stage.person()
    const page = await device()
    await enter(page, stage, ada)
    const { codes } = await setUpTotp(page)
    const first = codes[0] ?? ''
    await signOut(page)
    await signIn(page, ada)
    await page.getByLabel('Code').fill(first.toUpperCase().replace('-', ' '))
    await button(page, 'Continue').click()
    await account(page, ada)
    await page.getByText('9 recovery codes are left.').waitFor()
    await signOut(page)
    await signIn(page, ada)
    await page.getByLabel('Code').fill(first)
    await button(page, 'Continue').click()
    await page.getByText('This code is wrong').waitFor()
  })

  test('takes a passkey alone, and gives recovery codes with the first one', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await enter(page, stage, ada)
    await addPasskey(page)
    expect(await page.locator('.codes li').count()).toBe(10)
    await signOut(page)
    await button(page, 'Sign in with a passkey').click()
    await account(page, ada)
    await page.getByText(/Passkey, added .*, last used/).waitFor()
    const methods = await stage.platform.control.execute({
      sql: 'SELECT methods FROM sessions WHERE user_id = ? ORDER BY created_at DESC LIMIT 1',
      args: [ada.id],
    })
    expect(methods.rows[0]?.methods).toBe('["passkey"]')
  })

  test('with a password asks whoever has a passkey for it too', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await enter(page, stage, ada)
    await addPasskey(page)
    await signOut(page)
    await signIn(page, ada)
    await page.getByText('Use your passkey, or enter one of your recovery codes.').waitFor()
    await button(page, 'Sign in with a passkey').click()
    await account(page, ada)
  })

  test('with the passkey of somebody who was deactivated leads nowhere', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await enter(page, stage, ada)
    await addPasskey(page)
    await signOut(page)
    await stage.platform.inControl('UPDATE users SET deactivated_at = 1 WHERE id = ?', [ada.id])
    await button(page, 'Sign in with a passkey').click()
    await page.getByText('This passkey is not valid here').waitFor()
    await page.goto('/account')
    await heading(page, 'Sign in')
  })

  test('without any passkey on the device says so, and the password still serves', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await page.goto('/sign-in')
    await button(page, 'Sign in with a passkey').click()
    await page.getByRole('alert').waitFor()
    await signIn(page, ada)
    await account(page, ada)
  })
})

describe('before what is dangerous', () => {
  test('the page asks again who it is, says why, and comes back', async () => {
    const ada = await stage.person()
    const page = await device()
    await enter(page, stage, ada)
    await account(page, ada)
    await stage.forgetConfirmations(ada)
    await button(page, 'Set up an authenticator app').click()
    await page.getByText('You are about to change how you sign in.').waitFor()
    await page.getByLabel('Password').fill('not this one')
    await button(page, 'Continue').click()
    await page.getByText('The password is wrong.').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await button(page, 'Continue').click()
    await page.getByText('For ten minutes').waitFor()
    await setUpTotp(page)
  })

  test('a passkey confirms, also before another passkey is added', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await enter(page, stage, ada)
    await addPasskey(page)
    await stage.forgetConfirmations(ada)
    await page.goto('/account')
    await button(page, 'Add a passkey').click()
    await heading(page, 'Confirm that it is you')
    await button(page, 'Confirm with a passkey').click()
    await page.getByText('For ten minutes').waitFor()
    await button(page, 'Remove').click()
    await page.getByText('Removed, with the recovery codes.').waitFor()
    const left = 'SELECT count(*) FROM recovery_codes WHERE user_id = ?'
    expect(await stage.count(left, ada.id)).toBe(0)
    const noted = `SELECT count(*) FROM sessions WHERE user_id = ? AND methods LIKE '%passkey%'`
    expect(await stage.count(noted, ada.id)).toBe(1)
  })

  test('removing one of two factors keeps the recovery codes, removing the last one does not', async () => {
    const ada = await stage.person()
    const page = await device()
    await addAuthenticator(page)
    await enter(page, stage, ada)
    const { secret } = await setUpTotp(page)
    await addPasskey(page)
    await button(page, 'Remove').click()
    await page.getByText('Removed.', { exact: true }).waitFor()
    await page.getByText('10 recovery codes are left.').waitFor()
    await stage.forgetConfirmations(ada)
    await stage.forgetTotpSteps(ada)
    await button(page, 'Remove the authenticator app').click()
    await page.getByLabel('Code').fill(codeOf(secret))
    await button(page, 'Continue').click()
    await button(page, 'Remove the authenticator app').click()
    await page.getByText('Removed, with the recovery codes.').waitFor()
    const left = 'SELECT count(*) FROM recovery_codes WHERE user_id = ?'
    expect(await stage.count(left, ada.id)).toBe(0)
    const told = () => stage.platform.mails().filter(({ to }) => to === ada.email)
    // Two were added, two removed.
    await waitFor(
      () => told().length === 4,
      MAIL_WAIT_MS,
      () => `4 mails; ${told().length} came`,
    )
    expect(told()[0]?.subject).toBe('Your Edgewise second factor was changed')
    await signOut(page)
    await signIn(page, ada)
    await account(page, ada)
  })
})

describe('other devices', () => {
  test('are signed out with “everywhere”, this one too', async () => {
    const ada = await stage.person()
    const [here, there] = [await device(), await device()]
    await enter(here, stage, ada)
    await enter(there, stage, ada)
    await button(here, 'Sign out everywhere').click()
    await heading(here, 'Sign in')
    await there.goto('/account')
    await heading(there, 'Sign in')
  })

  test('are signed out by a new password, this one is not', async () => {
    const ada = await stage.person()
    const [here, there] = [await device(), await device()]
    await enter(here, stage, ada)
    await enter(there, stage, ada)
    await here.getByLabel('Current password').fill(PASSWORD)
    await here.getByLabel('New password').fill(NEW_PASSWORD)
    await button(here, 'Change the password').click()
    await here.getByText('The password was changed').waitFor()
    await there.goto('/account')
    await heading(there, 'Sign in')
    await signIn(there, ada)
    await there.getByText('E-mail address or password is wrong.').waitFor()
    await signIn(there, ada, NEW_PASSWORD)
    await account(there, ada)
  })
})

test('a forgotten password is set anew through the mailbox, once', async () => {
  const ada = await stage.person()
  const [here, there] = [await device(), await device()]
  await enter(there, stage, ada)
  await here.goto('/sign-in')
  await here.getByRole('link', { name: 'Forgot the password?' }).click()
  await here.getByLabel('E-mail address').fill(ada.email)
  await button(here, 'Send the link').click()
  await heading(here, 'Look into your mail')
  const link = await linkTo(ada.email)
  await here.goto(link)
  await here.getByLabel('New password').fill('password1234')
  await button(here, 'Change the password').click()
  await here.getByText('lists of common or stolen passwords').waitFor()
  await here.getByLabel('New password').fill(NEW_PASSWORD)
  await button(here, 'Change the password').click()
  await here.getByText('You are signed out everywhere.').waitFor()
  await there.goto('/account')
  await heading(there, 'Sign in')
  await here.goto(link)
  await heading(here, 'This link is over')
  await signIn(here, ada, NEW_PASSWORD)
  await account(here, ada)
})

describe('an invitation', () => {
  /** As the API makes it; only the mail's link has the token. */
  async function invite(email: string): Promise<string> {
    const token = `inv_${crypto.randomUUID().replaceAll('-', '')}`
    await stage.platform.inControl(
      `INSERT INTO invitations (id, token_hash, workspace_id, email, role, invited_by, created_at, expires_at)
        VALUES (?, ?, 'side', ?, 'marketer', 'usr_test0', ?, ?)`,
      [token, await sha256Hex(token), email, Date.now(), Date.now() + 60_000_000],
    )
    return `${stage.origin}/invitation/${token}`
  }

  beforeAll(async () => {
    await stage.platform.addWorkspace('side')
  })

  const memberOf = (email: string) =>
    stage.count(
      `SELECT count(*) FROM memberships m JOIN users u ON u.id = m.user_id
        WHERE u.email = ? AND m.workspace_id = 'side' AND m.role = 'marketer'`,
      email,
    )

  test('makes an account for somebody new, and serves once', async () => {
    const page = await device()
    const link = await invite('grace@engines.example')
    await page.goto(link)
    await page.getByLabel('Name').fill('Grace Hopper')
    await page.getByLabel('Password').fill(NEW_PASSWORD)
    await button(page, 'Accept').click()
    await heading(page, 'Grace Hopper')
    expect(await memberOf('grace@engines.example')).toBe(1)
    await page.goto(link)
    await heading(page, 'This link is over')
  })

  test('asks somebody known for the password, and for no second one', async () => {
    const ada = await stage.person()
    const page = await device()
    await page.goto(await invite(ada.email))
    await page.getByText('You have an account already').waitFor()
    await page.getByLabel('Password').fill('not this one')
    await button(page, 'Accept').click()
    await page.getByText('The password is wrong.').waitFor()
    expect(await memberOf(ada.email)).toBe(0)
    await page.getByLabel('Password').fill(PASSWORD)
    await button(page, 'Accept').click()
    await account(page, ada)
    expect(await memberOf(ada.email)).toBe(1)
  })
})

test('a German browser gets German pages, and so do its mails', async () => {
  const ada = await stage.person()
  const page = await device({ locale: 'de-DE' })
  await page.goto('/sign-in')
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await page.getByLabel('E-Mail-Adresse').fill(ada.email)
  await page.getByLabel('Passwort').fill(PASSWORD)
  await button(page, 'Anmelden').click()
  await heading(page, 'Wo Sie angemeldet sind')
  await page.goto('/reset')
  await page.getByLabel('E-Mail-Adresse').fill(ada.email)
  await button(page, 'Link schicken').click()
  await linkTo(ada.email)
  expect(stage.platform.mails().find(({ to }) => to === ada.email)?.subject).toBe(
    'Ihr Edgewise-Passwort zurücksetzen',
  )
})

test('without script everything but passkeys works, and nothing is offered that does not', async () => {
  const ada = await stage.person()
  const page = await device({ javaScriptEnabled: false })
  await page.goto('/sign-in')
  expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in'])
  await signIn(page, ada)
  await account(page, ada)
  expect(await page.getByText('Passkeys need JavaScript').isVisible()).toBe(true)
  await page.getByText('Rename', { exact: true }).click()
  await page.getByLabel('Name', { exact: true }).fill('Ada’s laptop')
  await button(page, 'Save').click()
  await page.getByText('Ada’s laptop (this browser)').waitFor()
  const { secret } = await setUpTotp(page)
  await stage.forgetTotpSteps(ada)
  await stage.forgetConfirmations(ada)
  await button(page, 'Make new recovery codes').click()
  await page.getByLabel('Code').fill(codeOf(secret))
  await button(page, 'Continue').click()
  await button(page, 'Make new recovery codes').click()
  await heading(page, 'Recovery codes')
  await signOut(page)
})

test.each(['light', 'dark'] as const)(
  'the %s pages fit a phone and show where the keyboard is',
  async (colorScheme) => {
    const ada = await stage.person()
    const page = await device({
      colorScheme,
      locale: 'de-DE',
      viewport: { width: 390, height: 800 },
    })
    const fits = () => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
    await page.goto('/sign-in')
    expect(await fits()).toBe(true)
    for (const name of ['email', 'password']) {
      const focused = page.locator(':focus-visible')
      expect(await focused.getAttribute('name')).toBe(name)
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineWidth')).toBe(
        '2px',
      )
      await page.keyboard.press('Tab')
    }
    await page.getByLabel('E-Mail-Adresse').fill(ada.email)
    await page.getByLabel('Passwort').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await heading(page, 'Wo Sie angemeldet sind')
    expect(await fits()).toBe(true)
    await button(page, 'Authenticator-App einrichten').click()
    await page.getByRole('img').waitFor()
    expect(await fits()).toBe(true)
  },
)

test('every field of the pages has a label, and no style stands outside the policy', async () => {
  const ada = await stage.person()
  const page = await device()
  const refused: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text())
  })
  const unlabelled = () =>
    page.evaluate(
      `[...document.querySelectorAll('input:not([type=hidden])')]
        .filter(({ labels }) => labels.length !== 1).map(({ name }) => name)`,
    )
  for (const path of ['/sign-in', '/reset']) {
    await page.goto(path)
    expect(await unlabelled()).toEqual([])
  }
  await enter(page, stage, ada)
  await account(page, ada)
  expect(await unlabelled()).toEqual([])
  await page.goto('/account/confirm')
  expect(await unlabelled()).toEqual([])
  expect(refused).toEqual([])
})
