import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, type InStatement } from '@libsql/client'
import { createClient as createWebClient } from '@libsql/client/web'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '#dev/libsql/faults.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { classifyWriteFailure } from './outcome.ts'

const TOKEN = 'a-token-for-outcome-tests'
const OWN_KEY = 'batches.object'

let dir: string
let server: LibsqlServer
let fault: Fault = { kind: 'pass' }
const clients: Client[] = []

function connect(authToken = TOKEN, url = server.url): Client {
  const client = createWebClient({ url: databaseUrl(url, 'outcome'), authToken })
  clients.push(client)
  return client
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-outcome-'))
  server = await startLibsqlServer({ dir, token: TOKEN, faults: { onRequest: () => fault } })
  await connect().executeMultiple(`
    CREATE TABLE batches (object TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (object, seq)) STRICT, WITHOUT ROWID;
    INSERT INTO batches VALUES ('a', 1);
    CREATE TABLE rows (id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind <> 'bad'), n INTEGER UNIQUE) STRICT;
    INSERT INTO rows VALUES (1, 'good', 1);
    CREATE TRIGGER refuse BEFORE INSERT ON rows WHEN NEW.kind = 'poison' BEGIN SELECT RAISE(ABORT, 'not this one'); END;
    CREATE TRIGGER guard BEFORE UPDATE ON rows BEGIN SELECT RAISE(ABORT, 'cursor_moved'); END;
  `)
})

afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

async function failureOf(statements: InStatement[], client = connect(), ownKey = OWN_KEY) {
  try {
    await client.batch(statements, 'write')
  } catch (error) {
    return classifyWriteFailure(error, ownKey)
  }
  throw new Error('The write was taken.')
}

const insert = (kind: unknown, n: unknown) => ({
  sql: 'INSERT INTO rows (kind, n) VALUES (?, ?)',
  args: [kind as string, n as number],
})

describe('what a failed write means, by the errors of the real client and server', () => {
  test.for<[what: string, kind: string, statements: InStatement[]]>([
    ['the batch is there already', 'already_applied', ["INSERT INTO batches VALUES ('a', 1)"]],
    ['another unique value is taken', 'refused_data', [insert('good', 1)]],
    ['a CHECK fails', 'refused_data', [insert('bad', 2)]],
    ['a NOT NULL fails', 'refused_data', [insert(null, 2)]],
    ['a trigger refuses', 'refused_data', [insert('poison', 2)]],
    ['a STRICT column gets another type', 'refused_data', [insert('good', 'text')]],
    ['JSON is malformed', 'refused_data', [{ sql: 'SELECT json(?)', args: ['{'] }]],
    ['a table is missing', 'not_ready', ['INSERT INTO elsewhere VALUES (1)']],
    ['a column is missing', 'not_ready', ['INSERT INTO rows (colour) VALUES (1)']],
  ])('%s: %s', async ([, kind, statements]) => {
    expect((await failureOf(statements)).kind).toBe(kind)
  })

  test('the guard of a cursor is recognised by its own name', async () => {
    const moved = await failureOf(['UPDATE rows SET n = 2'], connect(), 'cursor_moved')
    expect(moved.kind).toBe('already_applied')
  })

  test.for<[what: string, fault: Fault]>([
    ['the connection is cut before anything ran', { kind: 'cut_before_step', step: 0 }],
    ['the connection is cut after the commit', { kind: 'cut_after_commit' }],
    ['the server answers 503', { kind: 'refuse' }],
  ])('%s: unknown', async ([, cut]) => {
    fault = cut
    const failure = await failureOf(['DELETE FROM rows WHERE id = 99'])
    fault = { kind: 'pass' }
    expect(failure.kind).toBe('unknown')
  })

  test('a token that is not taken quarantines nothing', async () => {
    const failure = await failureOf([insert('good', 3)], connect('another-token'))
    expect(['unknown', 'not_ready']).toContain(failure.kind)
  })

  test('a server that is not there: unknown', async () => {
    const failure = await failureOf([insert('good', 3)], connect(TOKEN, 'http://127.0.0.1:9'))
    expect(failure.kind).toBe('unknown')
  })

  test('another writer holds the lock for too long: not ready', async () => {
    const file = createClient({ url: `file:${join(dir, 'locked.db')}` })
    const rival = createClient({ url: `file:${join(dir, 'locked.db')}` })
    await file.execute('CREATE TABLE t (a)')
    const open = await file.transaction('write')
    const failure = await failureOf(['INSERT INTO t VALUES (1)'], rival)
    await open.rollback()
    file.close()
    rival.close()
    expect(failure).toMatchObject({
      kind: 'not_ready',
      message: expect.stringMatching(/locked|BUSY/),
    })
  })

  test('the embedded engine, whose codes are longer, is understood alike', async () => {
    const file = createClient({ url: ':memory:' })
    await file.execute('CREATE TABLE t (a INTEGER CHECK (a > 0)) STRICT')
    expect((await failureOf(['INSERT INTO t VALUES (0)'], file)).kind).toBe('refused_data')
    expect((await failureOf(["INSERT INTO t VALUES ('x')"], file)).kind).toBe('refused_data')
    file.close()
  })

  test('an error that is no error still gives a sentence', () => {
    expect(classifyWriteFailure('gone', OWN_KEY)).toEqual({ kind: 'unknown', message: 'gone' })
  })
})
