import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@libsql/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { migrate } from './migrate.ts'
import { ensureWorkspace } from './tenants.ts'

const TOKEN = 'token-of-the-store'
const AT_ONCE = 4

let dir: string
let server: LibsqlServer

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-migrate-'))
  server = await startLibsqlServer({ dir, token: TOKEN })
})

afterEach(async () => {
  await server.stop()
  await rm(dir, { recursive: true, force: true })
})

const open = (database: string) =>
  createClient({ url: databaseUrl(server.url, database), authToken: TOKEN })

test('many who bring new databases up to date at once all succeed, and each migration ran once', async () => {
  const ensure = () =>
    ensureWorkspace(server.url, TOKEN, {
      id: 'shared',
      name: 'Shared',
      timezone: 'UTC',
      buckets: 1,
      keys: [{ key: 'ewk_shared_key', kind: 'write', name: 'Site' }],
    })
  await Promise.all(Array.from({ length: AT_ONCE }, ensure))
  const client = open('control')
  const { rows } = await client.execute('SELECT id FROM workspaces')
  expect(rows.map(({ id }) => id)).toEqual(['shared'])
  client.close()
})

test('a migration that was changed after it had been applied stops everything', async () => {
  const client = open('control')
  const version = await migrate(client, 'control')
  expect(await migrate(client, 'control')).toBe(version)
  await client.execute(`UPDATE schema_migrations SET hash = 'other' WHERE name LIKE '0001%'`)
  await expect(migrate(client, 'control')).rejects.toThrow(/control\/0001.* was changed after/)
  client.close()
})

test('a process that stood still in the middle of a migration tries again', async () => {
  await server.stop()
  server = await startLibsqlServer({ dir, token: TOKEN, idleTimeoutMs: 200 })
  const client = open('control')
  const begin = client.transaction.bind(client)
  let begun = 0
  client.transaction = async () => {
    const transaction = await begin('write')
    const executeMultiple = transaction.executeMultiple.bind(transaction)
    const stalls = begun++ === 0
    transaction.executeMultiple = async (sql) => {
      if (stalls) await sleep(1_000)
      return executeMultiple(sql)
    }
    return transaction
  }
  const version = await migrate(client, 'control')
  const { rows } = await client.execute('SELECT count(*) AS applied FROM schema_migrations')
  expect(rows[0]?.applied).toBe(version)
  expect(begun).toBe(version + 1)
  client.close()
})
