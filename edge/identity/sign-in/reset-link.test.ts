import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  addWorkspace,
  type ControlDatabase,
  controlDatabase,
} from '#tests/identity/control-database.ts'
import { firstPassword } from '../passwords/first-password.ts'
import { type User, userById } from '../people/users.ts'
import { newResetLink, resetLink, takeResetLink } from './reset-link.ts'

const NOW = 1_800_000_000_000
const HOUR_MS = 3_600_000
const FROM = { country: null, client: null }
const EMAIL = 'ada@company.example'

let database: ControlDatabase

beforeAll(async () => {
  database = await controlDatabase()
  await addWorkspace(database.control, 'demo')
  await database.control.executeMultiple(`
    INSERT INTO users (id, email, name, created_at) VALUES ('usr_ada', '${EMAIL}', 'Ada', 0);
    INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ('demo', 'usr_ada', 'agent', 0);
    INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, given_by_role, created_at)
      VALUES ('sso_1', 'demo', 'Company', 'https://login.company.example', 'x', 'owner', 0);
    INSERT INTO sso_domains (connection_id, domain, verification_token, verified_at)
      VALUES ('sso_1', 'company.example', 't', 1)`)
})
afterAll(() => database.remove())

beforeEach(async () => {
  await database.control.executeMultiple(`UPDATE users SET password_hash = NULL, deactivated_at = NULL;
    UPDATE sso_domains SET required = 0; DELETE FROM password_resets; DELETE FROM audit_outbox`)
})

const demand = (required: boolean) =>
  database.control.execute(`UPDATE sso_domains SET required = ${required ? 1 : 0}`)

async function ada(): Promise<User> {
  const user = await userById(database.control, 'usr_ada')
  if (!user) throw new Error('Ada is not there.')
  return user
}

async function linkOf(email = EMAIL): Promise<{ token: string; user: User }> {
  const made = await newResetLink(database.control, email, NOW)
  if (!made) throw new Error('There is no link.')
  return made
}

const take = (link: { token: string; user: User }, hash: string, now = NOW) =>
  takeResetLink(database.control, { ...link, workspaceIds: ['demo'] }, hash, FROM, now)

async function noted(): Promise<number> {
  const { rows } = await database.control.execute('SELECT count(*) AS n FROM audit_outbox')
  return Number(rows[0]?.n)
}

test('of five who use one link at once one sets the password, and one entry says so', async () => {
  const link = await linkOf()
  const taken = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((hash) => take(link, hash)))
  expect(taken.filter(Boolean)).toHaveLength(1)
  expect((await ada()).passwordHash).toBe(['a', 'b', 'c', 'd', 'e'][taken.indexOf(true)])
  expect(await noted()).toBe(1)
})

test('its use ends the other links of the account, and it is over after an hour', async () => {
  const [first, second] = [await linkOf(), await linkOf()]
  expect(await take(second, 'hash')).toBe(true)
  expect(await resetLink(database.control, first.token, NOW)).toEqual({ kind: 'over' })
  const third = await linkOf()
  expect(await take(third, 'late', NOW + HOUR_MS)).toBe(false)
  expect((await ada()).passwordHash).toBe('hash')
})

test('a first password is not written once the company demands its own sign-in, also between page and form', async () => {
  const link = await linkOf()
  await demand(true)
  expect(await take(link, 'hash')).toBe(false)
  await database.control.execute(firstPassword(await ada(), 'hash'))
  expect((await ada()).passwordHash).toBeNull()
  expect(await noted()).toBe(0)
  expect(await resetLink(database.control, link.token, NOW)).toEqual({ kind: 'company' })
  await demand(false)
  expect(await take(link, 'hash')).toBe(true)
})

test('a first password takes the place of none that is there by now', async () => {
  const before = await ada()
  await database.control.execute(firstPassword(before, 'first'))
  await database.control.execute(firstPassword(before, 'second'))
  expect((await ada()).passwordHash).toBe('first')
})

test('who has a password may renew it under the demand: by it they show whose the account is', async () => {
  await database.control.execute(firstPassword(await ada(), 'old'))
  await demand(true)
  expect(await take(await linkOf(), 'new')).toBe(true)
  expect((await ada()).passwordHash).toBe('new')
})

test('there is none for nobody, for who was deactivated, and for a first password under the demand', async () => {
  const none = async (email = EMAIL) => (await newResetLink(database.control, email, NOW)) === null
  expect(await none('nobody@company.example')).toBe(true)
  await demand(true)
  expect(await none()).toBe(true)
  await demand(false)
  const link = await linkOf()
  await database.control.execute('UPDATE users SET deactivated_at = 1')
  expect(await none()).toBe(true)
  expect(await resetLink(database.control, link.token, NOW)).toEqual({ kind: 'over' })
})
