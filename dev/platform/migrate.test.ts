import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
