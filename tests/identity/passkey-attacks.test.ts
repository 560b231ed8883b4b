import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  FLAGS,
  SoftwareAuthenticator,
} from '#edge/identity/passkeys/software-authenticator.fixture.ts'
import { enteredAs, lockOut, PageVisitor } from './page-visitor.ts'
import { PASSWORD, SignInStage } from './sign-in-stage.ts'

const RECORD_WAIT_MS = 20_000

let stage: SignInStage

beforeAll(async () => {
  stage = await SignInStage.start()
})
afterAll(() => stage.stop())

describe('a passkey', () => {
  const flags = FLAGS.present | FLAGS.verified

  /** What the browser's script does: options, the device's answer, and the field of the form. */
  async function answerTo(
    browser: PageVisitor,
    options: string,
    device: SoftwareAuthenticator,
    counter = 0,
  ): Promise<string> {
    const asked: unknown = await (await browser.post(options)).json()
    const challenge = atob(
      String((asked as { challenge: string }).challenge)
        .replaceAll('-', '+')
        .replaceAll('_', '/'),
    )
    const usual = { origin: stage.origin, rpId: 'localhost', challenge, flags, counter }
    return JSON.stringify(
      options === '/account/passkey-options'
        ? await device.register({ ...usual, type: 'webauthn.create' })
        : await device.signIn({ ...usual, type: 'webauthn.get' }),
    )
  }

  async function withPasskey(name = 'Ada') {
    const person = await stage.person(name)
    const device = await SoftwareAuthenticator.create()
    const browser = await enteredAs(stage, person)
    const credential = await answerTo(browser, '/account/passkey-options', device)
    const answer = await browser.post('/account/passkeys', { credential })
    expect(answer.status).toBe(200)
    return { person, device, browser, credential }
  }

  test('answers a challenge once, also of five at the same moment', async () => {
    const { device } = await withPasskey()
    const browser = new PageVisitor(stage)
    const credential = await answerTo(browser, '/sign-in/passkey-options', device)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.twin().post('/sign-in/passkey', { credential })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401, 401])
    expect((await browser.twin().post('/sign-in/passkey', { credential })).status).toBe(401)
  })

  test('answers the browser that asked, for what it asked', async () => {
    const { device, browser: signedInBrowser } = await withPasskey()
    const asking = new PageVisitor(stage)
    const credential = await answerTo(asking, '/sign-in/passkey-options', device)
    expect((await new PageVisitor(stage).post('/sign-in/passkey', { credential })).status).toBe(401)
    // The same cookie and answer, where another purpose is asked for.
    const mixed = signedInBrowser.twin()
    for (const [name, value] of asking.cookies) mixed.cookies.set(name, value)
    const confirmed = await mixed.post('/account/confirm/passkey', { credential, session: '' })
    expect(confirmed.status).toBe(401)
    expect((await asking.post('/sign-in/passkey', { credential })).status).toBe(303)
  })

  test('of somebody else confirms nothing', async () => {
    const [ada, eve] = [await withPasskey('Ada'), await withPasskey('Eve')]
    await stage.forgetConfirmations(ada.person)
    const options = '/account/confirm/passkey-options'
    const credential = await answerTo(ada.browser, options, eve.device)
    const answer = await ada.browser.post('/account/confirm/passkey', { credential, session: '' })
    expect(answer.status).toBe(401)
    const dangerous = await ada.browser.post('/account/recovery-codes')
    expect(dangerous.headers.get('location')).toBe('/account/confirm')
    const own = await answerTo(ada.browser, options, ada.device)
    const right = await ada.browser.post('/account/confirm/passkey', {
      credential: own,
      session: '',
    })
    expect(right.status).toBe(303)
    expect((await ada.browser.post('/account/recovery-codes')).status).toBe(200)
  })

  test('is made once for a challenge, with a recent proof alone, and belongs to one person', async () => {
    const { browser, person, device, credential } = await withPasskey()
    expect((await browser.post('/account/passkeys', { credential })).status).toBe(400)
    const other = await enteredAs(stage, await stage.person())
    const taken = await answerTo(other, '/account/passkey-options', device)
    expect((await other.post('/account/passkeys', { credential: taken })).status).toBe(400)
    await stage.forgetConfirmations(person)
    for (const path of [
      '/account/passkey-options',
      '/account/passkeys',
      '/account/passkeys/remove',
    ]) {
      const answer = await browser.post(path, { credential, id: device.id })
      expect(answer.headers.get('location')).toBe('/account/confirm')
    }
    expect(await stage.count('SELECT count(*) FROM passkeys WHERE user_id = ?', person.id)).toBe(1)
  })

  test('is removed by its owner alone', async () => {
    const { person, device } = await withPasskey()
    const eve = await enteredAs(stage, await stage.person('Eve'))
    await eve.post('/account/passkeys/remove', { id: device.id })
    expect(await stage.count('SELECT count(*) FROM passkeys WHERE user_id = ?', person.id)).toBe(1)
  })

  test('signs its owner in while others guess at the password, and wrong ones lock nobody out', async () => {
    const { person, device } = await withPasskey()
    await lockOut(stage, person.email)
    const browser = new PageVisitor(stage)
    const byPassword = await browser.post('/sign-in', { email: person.email, password: PASSWORD })
    expect(byPassword.status).toBe(429)
    const stranger = await SoftwareAuthenticator.create()
    for (let tries = 0; tries < 6; tries++) {
      const attacker = new PageVisitor(stage)
      const credential = await answerTo(attacker, '/sign-in/passkey-options', stranger)
      expect((await attacker.post('/sign-in/passkey', { credential })).status).toBe(401)
    }
    const credential = await answerTo(browser, '/sign-in/passkey-options', device)
    expect((await browser.post('/sign-in/passkey', { credential })).status).toBe(303)
  })

  test('does not get around a company that wants to be asked itself', async () => {
    const { person, device } = await withPasskey()
    await stage.demandCompanySignIn('engines.corp')
    await stage.platform.inControl('UPDATE users SET email = ? WHERE id = ?', [
      'ada@engines.corp',
      person.id,
    ])
    const browser = new PageVisitor(stage)
    const credential = await answerTo(browser, '/sign-in/passkey-options', device)
    expect((await browser.post('/sign-in/passkey', { credential })).status).toBe(401)
  })

  test('is named by its owner alone, without a recent proof', async () => {
    const { person, browser, device } = await withPasskey()
    const name = async () =>
      (
        await stage.platform.control.execute({
          sql: 'SELECT name FROM passkeys WHERE user_id = ?',
          args: [person.id],
        })
      ).rows[0]?.name
    const eve = await enteredAs(stage, await stage.person('Eve'))
    await eve.post('/account/passkeys/rename', { id: device.id, name: 'Mine' })
    expect(await name()).toBe('Unknown device')
    await stage.forgetConfirmations(person)
    const path = '/account/passkeys/rename'
    const page = await browser.post(path, { id: device.id, name: '  Key <ring> ' })
    expect(await page.text()).toContain('Key &lt;ring&gt;')
    expect(await name()).toBe('Key <ring>')
    for (const refused of ['', ' ', 'two\nlines', 'gpj.\u202etxt', 'x'.repeat(61)]) {
      expect((await browser.post(path, { id: device.id, name: refused })).status).toBe(400)
    }
    expect(await name()).toBe('Key <ring>')
  })

  test('that was added, named or removed is on the workspace’s record', async () => {
    const { person, browser, device } = await withPasskey()
    await browser.post('/account/passkeys/rename', { id: device.id, name: 'Key ring' })
    await browser.post('/account/passkeys/remove', { id: device.id })
    await expect
      .poll(() => stage.noted('second_factors.changed', person.id), { timeout: RECORD_WAIT_MS })
      .toBe(3)
  })
})
