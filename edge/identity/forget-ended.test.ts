import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  addWorkspace,
  type ControlDatabase,
  controlDatabase,
} from '#tests/identity/control-database.ts'
import { forgetEnded } from './forget-ended.ts'

const DAY_MS = 86_400_000
const NOW = 1_800_000_000_000
const ago = (days: number) => NOW - days * DAY_MS

let database: ControlDatabase

beforeAll(async () => {
  database = await controlDatabase()
  await addWorkspace(database.control, 'demo')
  await database.control.execute(
    `INSERT INTO users (id, email, name, created_at) VALUES ('usr_ada', 'ada@people.example', 'Ada', 0)`,
  )
})
afterAll(() => database.remove())

beforeEach(async () => {
  await database.control.executeMultiple(
    'DELETE FROM refresh_tokens; DELETE FROM authorization_codes; DELETE FROM sessions; DELETE FROM password_resets; DELETE FROM invitations',
  )
})

async function session(id: string, endedAt: number | null, expiresAt: number): Promise<void> {
  await database.control.execute({
    sql: `INSERT INTO sessions (id, kind, user_id, workspace_id, client_id, name, methods, confirmed_at, created_at,
        last_used_at, expires_at, ended_at)
      VALUES (?, 'app', 'usr_ada', 'demo', 'edgewise-console', 'Test', '[]', 0, 0, 0, ?, ?)`,
    args: [id, expiresAt, endedAt],
  })
}

async function token(hash: string, sessionId: string, usedAt: number | null): Promise<void> {
  await database.control.execute({
    sql: `INSERT INTO refresh_tokens (token_hash, session_id, successor_salt, created_at, used_at)
      VALUES (?, ?, 'salt', 0, ?)`,
    args: [hash, sessionId, usedAt],
  })
}

async function idsOf(table: string, column: string): Promise<string[]> {
  const { rows } = await database.control.execute(`SELECT ${column} AS id FROM ${table} ORDER BY 1`)
  return rows.map(({ id }) => String(id))
}

test('sessions go a quarter after they ended or ran out, with their tokens; the others stay', async () => {
  await session('ended-long-ago', ago(91), ago(-30))
  await session('ran-out-long-ago', null, ago(91))
  await session('ended-lately', ago(89), ago(-30))
  await session('alive', null, ago(-30))
  for (const id of ['ended-long-ago', 'ran-out-long-ago', 'ended-lately', 'alive']) {
    await token(`token of ${id}`, id, null)
  }
  await forgetEnded(database.control, NOW)
  expect(await idsOf('sessions', 'id')).toEqual(['alive', 'ended-lately'])
  expect(await idsOf('refresh_tokens', 'token_hash')).toEqual([
    'token of alive',
    'token of ended-lately',
  ])
})

test('of a session that lives on, the tokens that were used lately are kept: they tell a thief', async () => {
  await session('alive', null, ago(-30))
  await token('current', 'alive', null)
  await token('used lately', 'alive', ago(29))
  await token('used long ago', 'alive', ago(31))
  await forgetEnded(database.control, NOW)
  expect(await idsOf('refresh_tokens', 'token_hash')).toEqual(['current', 'used lately'])
})

test('codes and links go when their time is over, and not before', async () => {
  await session('alive', null, ago(-30))
  for (const [hash, expiresAt] of [
    ['over', ago(2)],
    ['open', NOW + 1],
  ] as const) {
    await database.control.batch([
      {
        sql: `INSERT INTO authorization_codes (code_hash, session_id, client_id, redirect_uri, code_challenge, created_at,
            expires_at) VALUES (?, 'alive', 'edgewise-console', 'http://127.0.0.1/', 'x', 0, ?)`,
        args: [hash, expiresAt],
      },
      {
        sql: `INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) VALUES (?, 'usr_ada', 0, ?)`,
        args: [hash, expiresAt],
      },
    ])
  }
  await forgetEnded(database.control, NOW)
  expect(await idsOf('authorization_codes', 'code_hash')).toEqual(['open'])
  expect(await idsOf('password_resets', 'token_hash')).toEqual(['open'])
  // Nothing is left to do, and that is as good.
  await forgetEnded(database.control, NOW)
  expect(await idsOf('authorization_codes', 'code_hash')).toEqual(['open'])
})
