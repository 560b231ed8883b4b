import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client/web'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Fault, type Faults, requestedSql } from './faults.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from './server.ts'

const PASS: Fault = { kind: 'pass' }

let dir: string
let server: LibsqlServer
let client: Client
let next: Fault
let seen: string[][]

const faults: Faults = {
  onRequest(database, requests) {
    seen.push([database, ...requestedSql(requests)])
    const fault = next
    next = PASS
    return fault
  },
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-faults-'))
  next = PASS
  seen = []
  server = await startLibsqlServer({ dir, faults })
  client = createClient({ url: databaseUrl(server.url, 'faulty') })
  await client.execute('CREATE TABLE t (a)')
})

afterEach(async () => {
  client.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

const rows = async () => (await client.execute('SELECT a FROM t ORDER BY a')).rows.map((r) => r.a)

const twoRows = () =>
  client.batch(['INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (2)'], 'write')

test('a hook sees the database and the statements, stored texts resolved', async () => {
  const insert = { sql: 'INSERT INTO t VALUES (?)', args: [1] }
  await client.batch([insert, insert], 'write')
  expect(seen.at(-1)).toEqual([
    'faulty',
    'BEGIN IMMEDIATE',
    insert.sql,
    insert.sql,
    'COMMIT',
    'ROLLBACK',
  ])
})

test('a batch cut before any of its statements leaves nothing until COMMIT has run', async () => {
  // BEGIN, INSERT, INSERT, COMMIT, then ROLLBACK, which is skipped, and the end.
  for (const step of [0, 1, 2, 3]) {
    next = { kind: 'cut_before_step', step }
    await expect(twoRows()).rejects.toThrow()
    expect(await rows()).toEqual([])
  }
  for (const step of [4, 5]) {
    await client.execute('DELETE FROM t')
    next = { kind: 'cut_before_step', step }
    await expect(twoRows()).rejects.toThrow()
    expect(await rows()).toEqual([1, 2])
  }
})

test('a cut after the commit loses the answer, not the rows', async () => {
  next = { kind: 'cut_after_commit' }
  await expect(twoRows()).rejects.toThrow()
  expect(await rows()).toEqual([1, 2])
})

test('a cut in an interactive transaction rolls it back and frees the lock', async () => {
  const txn = await client.transaction('write')
  await txn.execute('INSERT INTO t VALUES (1)')
  next = { kind: 'cut_after_commit' }
  await expect(txn.execute('INSERT INTO t VALUES (2)')).rejects.toThrow()
  await client.execute('INSERT INTO t VALUES (3)')
  expect(await rows()).toEqual([3])
})

test('a refused request has not run, and says so', async () => {
  next = { kind: 'refuse' }
  await expect(twoRows()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await rows()).toEqual([])
})
