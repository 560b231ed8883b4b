import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  startTestPlatform,
  type TestPlatform,
  type TestWorkspace,
} from '#tests/platform/faulty-platform.ts'
import type { TestPerson } from '#tests/platform/test-person.ts'
import { authorizeParameters, BrowserOverHttp, CONSOLE, pkcePair } from './browser-over-http.ts'

const DAY_MS = 86_400_000

let platform: TestPlatform
let guest: TestPerson
let second: TestWorkspace

beforeAll(async () => {
  platform = await startTestPlatform()
  second = await platform.addWorkspace('second')
  guest = await platform.addPerson({ role: 'analyst', email: 'guest@people.example' })
})

afterAll(() => platform.stop())

/** An invitation into the second workspace, as its mail has it. */
async function invited(email: string, role = 'agent'): Promise<string> {
  const token = `inv_${randomBytes(24).toString('hex')}`
  await platform.inControl(
    `INSERT INTO invitations (id, token_hash, workspace_id, email, role, invited_by, created_at, expires_at)
      VALUES (?, ?, 'second', ?, ?, 'usr_host', ?, ?)`,
    [
      `ivn_${token.slice(4, 12)}`,
      createHash('sha256').update(token).digest('hex'),
      email,
      role,
      Date.now(),
      Date.now() + DAY_MS,
    ],
  )
  return `/invitation/${token}`
}

async function roleOf(email: string): Promise<string | null> {
  const { rows } = await platform.control.execute({
    sql: `SELECT m.role FROM memberships m JOIN users u ON u.id = m.user_id
      WHERE m.workspace_id = 'second' AND u.email = ?`,
    args: [email],
  })
  return rows[0] ? String(rows[0].role) : null
}

test('who is signed in as the invited address accepts by one button, and once', async () => {
  const link = await invited(guest.email)
  const browser = new BrowserOverHttp(platform.edge.url)
  await browser.signIn(guest)
  expect(await (await browser.get(link)).text()).not.toContain('type="password"')
  const accepted = await browser.post(link, {})
  expect([accepted.status, accepted.headers.get('location')]).toEqual([303, '/account'])
  expect(await roleOf(guest.email)).toBe('agent')
  expect((await browser.post(link, {})).status).toBe(410)
})

test('who is signed in as somebody else has to prove the invited address', async () => {
  const other = await platform.addPerson({ role: 'agent', email: 'other@people.example' })
  const link = await invited(other.email)
  const browser = new BrowserOverHttp(platform.edge.url)
  await browser.signIn(guest)
  expect(await (await browser.get(link)).text()).toContain('type="password"')
  expect((await browser.post(link, { password: 'not the password of theirs' })).status).toBe(400)
  expect((await browser.post(link, {})).status).toBe(400)
  expect(await roleOf(other.email)).toBeNull()
})

test('an address whose company demands its own sign-in does not come in by a password', async () => {
  await platform.inControl(
    `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, given_by_role, created_at)
      VALUES ('sso_strict', 'demo', 'Test', 'https://login.strict.example', 'client', 'owner', 0)`,
    [],
  )
  await platform.inControl(
    `INSERT INTO sso_domains (domain, connection_id, required, verification_token, verified_at)
      VALUES ('strict.example', 'sso_strict', 1, 'token', 1)`,
    [],
  )
  const link = await invited('ada@strict.example')
  const browser = new BrowserOverHttp(platform.edge.url)
  const page = await (await browser.get(link)).text()
  expect(page).not.toContain('type="password"')
  expect(page).toContain('/sso?return_to=')
  const fields = { name: 'Ada', password: 'correct horse battery staple 9' }
  expect((await browser.post(link, fields)).status).toBe(400)
  expect(await roleOf('ada@strict.example')).toBeNull()
})

test('of five who accept one link at the same moment one joins, and that is on record once', async () => {
  const person = await platform.addPerson({ role: 'agent', email: 'racer@people.example' })
  const link = await invited(person.email)
  const browser = new BrowserOverHttp(platform.edge.url)
  browser.adopt(await person.openSession())
  const answers = await Promise.all(Array.from({ length: 5 }, () => browser.post(link, {})))
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410])
  const noted = async () => {
    const { rows } = await second.store.execute({
      sql: `SELECT count(*) AS n FROM audit_entries WHERE action = 'members.joined' AND subject_id = ?`,
      args: [person.userId],
    })
    return Number(rows[0]?.n)
  }
  await expect.poll(noted, { timeout: 20_000 }).toBe(1)
  const { rows } = await platform.control.execute('SELECT count(*) AS n FROM audit_outbox')
  expect(Number(rows[0]?.n)).toBe(0)
  expect(await noted()).toBe(1)
})

describe('a role', () => {
  const german = { 'accept-language': 'de-AT,de;q=0.9' }

  test('that comes with Edgewise stands on the pages in the language of its reader', async () => {
    const link = await invited('new-owner@people.example', 'owner')
    const page = (headers: Record<string, string>) =>
      fetch(`${platform.edge.url}${link}`, { headers }).then((answer) => answer.text())
    expect(await page(german)).toContain('als Inhaber/-in, mit der Adresse')
    expect(await page({})).toContain('as owner, with the address')
  })

  test('that a workspace made keeps its name on the page that lets an app in, and on the account’s', async () => {
    await platform.inControl(
      `INSERT INTO custom_roles (workspace_id, id, name, permissions, created_at)
        VALUES ('demo', 'editors', 'Editors of texts', '["me:read"]', 0)`,
      [],
    )
    const editor = await platform.addPerson({ role: 'editors' })
    const cookie = `edgewise_session=${await editor.openSession()}`
    const asked = new URLSearchParams(authorizeParameters(CONSOLE, pkcePair().challenge))
    for (const path of [`/oauth/authorize?${asked}`, '/account']) {
      const answer = await fetch(`${platform.edge.url}${path}`, { headers: { ...german, cookie } })
      expect(await answer.text()).toContain('Editors of texts')
    }
  })
})
