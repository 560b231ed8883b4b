import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { PAGE_FORMS } from '#edge/identity/pages/page-forms.fixture.ts'
import { sha256Hex } from '#edge/identity/random-secret.ts'
import { cookie } from '#edge/identity/sessions/browser-sessions.ts'
import { apiCaller } from './api-caller.ts'
import { BrowserOverHttp } from './browser-over-http.ts'
import { enteredAs, lockOut, PageVisitor } from './page-visitor.ts'
import { codeOf, PASSWORD, type Person, SESSION_COOKIE, SignInStage } from './sign-in-stage.ts'

const RECORD_WAIT_MS = 20_000

let stage: SignInStage

beforeAll(async () => {
  stage = await SignInStage.start()
})
afterAll(() => stage.stop())

const visitor = (address?: string) => new PageVisitor(stage, address)

async function signedIn(person: Person, browser = visitor()): Promise<PageVisitor> {
  const answer = await browser.post('/sign-in', { email: person.email, password: PASSWORD })
  expect(answer.headers.get('location')).toBe('/account')
  return browser
}

const entered = (person: Person) => enteredAs(stage, person)

/** An account with an authenticator app. */
async function withTotp(): Promise<{ person: Person; secret: string }> {
  const person = await stage.person()
  const browser = await entered(person)
  const page = await (await browser.post('/account/totp')).text()
  const secret = (/<code>([A-Z2-7 ]+)<\/code>/.exec(page)?.[1] ?? '').replaceAll(' ', '')
  const confirmed = await browser.post('/account/totp/confirm', { code: codeOf(secret) })
  expect(confirmed.status).toBe(200)
  await stage.forgetTotpSteps(person)
  return { person, secret }
}

describe('a session', () => {
  test('that was planted before signing in is not the one after it', async () => {
    const [ada, eve] = [await stage.person('Ada'), await stage.person('Eve')]
    const planted = (await signedIn(eve)).cookies.get(SESSION_COOKIE) ?? ''
    const victim = visitor()
    victim.cookies.set(SESSION_COOKIE, planted)
    await signedIn(ada, victim)
    expect(victim.cookies.get(SESSION_COOKIE)).not.toBe(planted)
    expect(await victim.account()).toBe('Ada')

    const invented = visitor()
    invented.cookies.set(SESSION_COOKIE, `ebs_${'x'.repeat(43)}`)
    const before = invented.cookies.get(SESSION_COOKIE)
    await signedIn(ada, invented)
    expect(invented.cookies.get(SESSION_COOKIE)).not.toBe(before)
    const thief = visitor()
    thief.cookies.set(SESSION_COOKIE, before ?? '')
    expect(await thief.account()).toBeNull()
  })

  test('that comes twice in one request is none', async () => {
    const ada = await signedIn(await stage.person())
    const own = `${SESSION_COOKIE}=${ada.cookies.get(SESSION_COOKIE)}`
    const both = await visitor().get('/account', { cookie: `${own}; ${SESSION_COOKIE}=planted` })
    expect(both.status).toBe(303)
  })

  test('ends with signing out, for whoever copied its cookie too', async () => {
    const browser = await signedIn(await stage.person())
    const copy = browser.twin()
    await browser.post('/sign-out')
    expect(browser.cookies.has(SESSION_COOKIE)).toBe(false)
    expect(await copy.account()).toBeNull()
  })

  test('is not in the store as it is in the cookie', async () => {
    const browser = await signedIn(await stage.person())
    const value = browser.cookies.get(SESSION_COOKIE) ?? ''
    const asIs = 'SELECT count(*) FROM sessions WHERE secret_hash = ? OR id = ?'
    expect(await stage.count(asIs, value, value)).toBe(0)
    const hashed = 'SELECT count(*) FROM sessions WHERE secret_hash = ?'
    expect(await stage.count(hashed, await sha256Hex(value))).toBe(1)
  })

  test('has a cookie that scripts and other sites do not get, and https alone carries', async () => {
    const { email } = await stage.person()
    const answer = await visitor().post('/sign-in', { email, password: PASSWORD })
    const set = answer.headers.getSetCookie().find((line) => line.startsWith(SESSION_COOKIE))
    expect(set).toMatch(
      /^edgewise_session=ebs_\w{43,}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    )
    const https = cookie(new Request('https://edge.example.com/'), SESSION_COOKIE, 'ebs_1', 60)
    expect(https).toBe(
      '__Host-edgewise_session=ebs_1; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
    )
  })
})

test('no form of another site changes anything, whoever is signed in', async () => {
  const browser = await entered(await stage.person())
  const tables = [
    'users',
    'sessions',
    'memberships',
    'totp_factors',
    'recovery_codes',
    'passkeys',
    'password_resets',
    'invitations',
    'authorization_codes',
    'used_challenges',
  ]
  const dump = async () =>
    JSON.stringify(
      await Promise.all(
        tables.map(
          async (table) => (await stage.platform.control.execute(`SELECT * FROM ${table}`)).rows,
        ),
      ),
    )
  const before = await dump()
  const mails = stage.platform.mails().length
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: stage.origin.replace('localhost', '127.0.0.1') },
    { origin: `${stage.origin}0` },
    { origin: '' },
    {},
  ]
  for (const [path, fields] of Object.entries(PAGE_FORMS)) {
    for (const headers of foreign) {
      const answer = await browser.twin().post(path.replace(':token', 'any'), fields, headers)
      expect([path, headers, answer.status]).toEqual([path, headers, 403])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  }
  expect(await dump()).toBe(before)
  expect(stage.platform.mails()).toHaveLength(mails)
})

describe('who has an account', () => {
  /** All of an answer that somebody could tell accounts by. */
  async function seen(answer: Response): Promise<unknown> {
    const nonce = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1]
    const plain = (text: string) => (nonce ? text.replaceAll(nonce, 'NONCE') : text)
    const headers = [...answer.headers]
      .filter(([name]) => name !== 'date')
      .map(([name, value]) => [name, plain(value)])
    return { status: answer.status, headers, text: plain(await answer.text()) }
  }

  test.each([
    ['/sign-in', { password: 'wrong wrong wrong' }],
    ['/reset', {}],
  ])('does not show in what %s answers', async (path, fields: Record<string, string>) => {
    const known = await stage.person()
    const deactivated = await stage.person()
    await stage.platform.inControl('UPDATE users SET deactivated_at = 1 WHERE id = ?', [
      deactivated.id,
    ])
    const without = await stage.person()
    await stage.platform.inControl('UPDATE users SET password_hash = NULL WHERE id = ?', [
      without.id,
    ])
    // As long as those of the test, so that the page that repeats it is as well.
    const emails = ['p9z@engines.example', known.email, deactivated.email, without.email]
    const answers: unknown[] = []
    for (const email of emails) {
      const said = await seen(await visitor().post(path, { ...fields, email }))
      answers.push(JSON.parse(JSON.stringify(said).replaceAll(email, 'EMAIL')))
    }
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })

  test.each(['/sign-in', '/reset'])('does not show in how long %s takes', async (path) => {
    const times = { known: [] as number[], unknown: [] as number[] }
    for (let tries = 0; tries < 5; tries++) {
      const known = await stage.person()
      for (const [which, email] of [
        ['known', known.email],
        ['unknown', `nobody${tries}@engines.example`],
      ] as const) {
        const started = performance.now()
        await (await visitor().post(path, { email, password: 'wrong wrong wrong' })).text()
        times[which].push(performance.now() - started)
      }
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[2] ?? 0
    const [known, unknown] = [median(times.known), median(times.unknown)]
    // A skipped hash makes it some thirty times faster.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3)
    if (path === '/sign-in') expect(unknown).toBeGreaterThan(30)
  })
})

const wrong = { password: 'wrong wrong wrong' }

describe('guessing', () => {
  test('an account’s password is slowed down from wherever it comes, whether there is one or not', async () => {
    for (const email of [(await stage.person()).email, 'nobody@engines.example']) {
      const statuses: number[] = []
      for (let tries = 0; tries < 5; tries++) {
        statuses.push((await visitor().post('/sign-in', { email, ...wrong })).status)
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401])
      await lockOut(stage, email)
      const right = await visitor().post('/sign-in', { email, password: PASSWORD })
      expect(right.status).toBe(429)
      expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await right.text()).toContain('Too many attempts.')
    }
  })

  test('from one address is slowed down, whatever accounts it tries', async () => {
    const address = '203.0.113.77'
    const statuses: number[] = []
    // Asking for mail counts against the address as well, and hashes nothing.
    for (let tries = 0; tries < 19; tries++) {
      const email = `spray${tries}@engines.example`
      statuses.push((await visitor(address).post('/reset', { email })).status)
    }
    expect(statuses).toEqual(Array.from({ length: 19 }, () => 200))
    const email = 'spray@engines.example'
    const guess = () => visitor(address).post('/sign-in', { email, ...wrong })
    expect([(await guess()).status, (await guess()).status]).toEqual([401, 429])
    const elsewhere = await visitor().post('/sign-in', { email: 'spray@engines.example', ...wrong })
    expect(elsewhere.status).toBe(401)
  })

  test('mails to one address are bounded', async () => {
    const { email } = await stage.person()
    const statuses: number[] = []
    for (let tries = 0; tries < 6; tries++) {
      statuses.push((await visitor().post('/reset', { email })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429])
  })
})

describe('the name of a session', () => {
  const Sessions = z.object({
    data: z.array(z.object({ id: z.string(), name: z.string(), device: z.string() })),
  })

  /** The console of somebody new, and the account's page in the browser that let it in. */
  async function withConsole() {
    const person = await stage.person()
    const signedInThere = await entered(person)
    const browser = new BrowserOverHttp(stage.origin)
    browser.adopt(signedInThere.cookies.get(SESSION_COOKIE) ?? '')
    const api = apiCaller(stage.origin, (await browser.letIn('demo')).accessToken)
    const sessions = async () => Sessions.parse(await (await api('GET', 'me/sessions')).json()).data
    const [app] = (await sessions()).filter(({ name }) => name.startsWith('Edgewise console'))
    if (!app) throw new Error('The console is not on the list.')
    return { person, browser, api, sessions, app }
  }

  test('is its owner’s to give and to take back, on the page', async () => {
    const { person, browser, sessions, app } = await withConsole()
    const path = '/account/sessions/rename'
    const renamed = await browser.post(path, { id: app.id, name: 'Laptop & dock' })
    // What it said of itself stays in sight: an app could call itself as another.
    expect(await renamed.text()).toMatch(/Laptop &amp; dock[^<]*\s*<small>Edgewise console, /)
    expect(await sessions()).toContainEqual({ ...app, name: 'Laptop & dock' })
    expect((await browser.post(path, { id: app.id, name: 'x'.repeat(61) })).status).toBe(400)
    await browser.post(path, { id: app.id, name: ' ' })
    expect(await sessions()).toContainEqual(app)
    await expect
      .poll(() => stage.noted('sessions.renamed', person.id), { timeout: RECORD_WAIT_MS })
      .toBe(2)
  })

  test('is its owner’s to give and to take back, by the API', async () => {
    const { api, sessions, app } = await withConsole()
    const path = `me/sessions/${app.id}`
    const named = await api('PATCH', path, { name: ' Work laptop ' })
    expect(await named.json()).toMatchObject({ ...app, name: 'Work laptop', current: true })
    for (const name of ['', 'two\nlines', 'x'.repeat(61), 7, undefined]) {
      expect((await api('PATCH', path, { name })).status).toBe(400)
    }
    expect(await sessions()).toContainEqual({ ...app, name: 'Work laptop' })
    expect(await (await api('PATCH', path, { name: null })).json()).toMatchObject(app)
    await expect
      .poll(() => stage.noted('sessions.renamed', app.id), { timeout: RECORD_WAIT_MS })
      .toBe(2)
  })

  test('is nobody else’s', async () => {
    const [ada, eve] = [await withConsole(), await withConsole()]
    expect((await eve.api('PATCH', `me/sessions/${ada.app.id}`, { name: 'Mine' })).status).toBe(404)
    await eve.browser.post('/account/sessions/rename', { id: ada.app.id, name: 'Mine' })
    expect(await ada.sessions()).toContainEqual(ada.app)
  })

  test('is not the one by which an app asks to be confirmed', async () => {
    const { browser, app } = await withConsole()
    await browser.post('/account/sessions/rename', { id: app.id, name: 'Your bank' })
    const page = await (await browser.get(`/account/confirm?session=${app.id}`)).text()
    expect(page).toContain('Edgewise console')
    expect(page).not.toContain('Your bank')
  })
})

describe('a code', () => {
  test('serves once, also of five at the same moment', async () => {
    const { person, secret } = await withTotp()
    const browser = visitor()
    await browser.post('/sign-in', { email: person.email, password: PASSWORD })
    const code = codeOf(secret)
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.twin().post('/sign-in/code', { code })),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    const again = await browser.twin().post('/sign-in/code', { code })
    expect([401, 429]).toContain(again.status)
    const opened = `SELECT count(*) FROM sessions WHERE user_id = ? AND methods = '["password","totp"]' AND secret_hash IS NOT NULL`
    // The session in which it was set up, and the one that it opened.
    expect(await stage.count(opened, person.id)).toBe(2)
  })

  test('without the password before it is nothing', async () => {
    const { secret } = await withTotp()
    const answer = await visitor().post('/sign-in/code', { code: codeOf(secret) })
    expect(answer.status).toBe(401)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('does not serve for another account’s password', async () => {
    const [ada, eve] = [await withTotp(), await withTotp()]
    const browser = visitor()
    await browser.post('/sign-in', { email: ada.person.email, password: PASSWORD })
    const answer = await browser.post('/sign-in/code', { code: codeOf(eve.secret) })
    expect(answer.status).toBe(401)
    expect(await browser.account()).toBeNull()
  })
})

/** What counts as a place is tested beside the code, with many more. */
const ELSEWHERE = [
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '%2f%2fevil.example',
  '/%5cevil.example',
]

test('no way of signing in leads to another host', async () => {
  const { email } = await stage.person()
  const browser = visitor()
  const fields = { email, password: PASSWORD, return_to: ELSEWHERE[0] ?? '' }
  expect((await browser.post('/sign-in', fields)).headers.get('location')).toBe('/account')
  for (const asked of ELSEWHERE) {
    const there = await browser.get(`/sign-in?return_to=${encodeURIComponent(asked)}`)
    expect(there.headers.get('location')).toBe('/account')
    const page = await (
      await visitor().get(`/sign-in?return_to=${encodeURIComponent(asked)}`)
    ).text()
    expect(page).not.toContain('evil')
    expect(page).not.toContain('javascript:')
  }
  const { person, secret } = await withTotp()
  const another = visitor()
  await another.post('/sign-in', { email: person.email, password: PASSWORD, return_to: '//evil' })
  const answer = await another.post('/sign-in/code', { code: codeOf(secret), return_to: '//evil' })
  expect(answer.headers.get('location')).toBe('/account')
})

test('every page keeps scripts, frames and caches away', async () => {
  const browser = await entered(await stage.person())
  const nonces = new Set<string>()
  const pages = [
    [visitor(), '/sign-in'],
    [visitor(), '/reset'],
    [visitor(), '/reset/any'],
    [visitor(), '/invitation/any'],
    [visitor(), '/oauth/authorize?client_id=nobody'],
    [browser, '/account'],
    [browser, '/account/confirm'],
  ] as const
  for (const [who, path] of pages) {
    const answer = await who.get(path)
    const csp = answer.headers.get('content-security-policy') ?? ''
    const text = await answer.text()
    expect(text).toContain('<!doctype html>')
    expect(csp).not.toMatch(/unsafe-|\*/)
    expect(csp).toContain("default-src 'none'")
    expect(csp).toContain("frame-ancestors 'none'")
    expect(csp).toContain("form-action 'self'")
    expect(csp).toContain("base-uri 'none'")
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
    expect(text).not.toMatch(/\sstyle=|\son\w+=/)
    nonces.add(/'nonce-([^']+)'/.exec(csp)?.[1] ?? '')
  }
  expect(nonces.size).toBe(pages.length)
})
