import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client/web'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Faults, requestedSql } from './faults.ts'
import { execute, pipeline, post } from './raw-pipeline.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from './server.ts'

let dir: string
let server: LibsqlServer
const clients: Client[] = []
const arrivedSql = new Set<string>()

async function start(timing: {
  idleTimeoutMs?: number
  transactionTimeoutMs?: number
  writeWaitMs?: number
}): Promise<void> {
  const faults: Faults = {
    onRequest(_database, requests) {
      for (const sql of requestedSql(requests)) arrivedSql.add(sql)
      return { kind: 'pass' }
    },
  }
  server = await startLibsqlServer({ dir, faults, ...timing })
  await connect().execute('CREATE TABLE t (a)')
}

/** Waits until the server has begun with a request that has this statement. */
const arrived = (sql: string) => vi.waitFor(() => expect(arrivedSql).toContain(sql), 10_000)

function connect(): Client {
  const client = createClient({ url: databaseUrl(server.url, 'raw') })
  clients.push(client)
  return client
}

const count = async () => {
  const rs = await connect().execute('SELECT count(*) AS n FROM t')
  return rs.rows[0]?.n
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-concurrency-'))
})

afterEach(async () => {
  arrivedSql.clear()
  for (const client of clients.splice(0)) client.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

describe('two interactive writers', () => {
  test('the second begins when the first commits', async () => {
    await start({})
    const first = await connect().transaction('write')
    await first.execute('INSERT INTO t VALUES (1)')
    const second = await connect().transaction('write')
    let secondBegan = false
    const waiting = second.execute('SELECT count(*) AS n FROM t').then((rs) => {
      secondBegan = true
      return rs
    })
    await first.execute('INSERT INTO t VALUES (2)')
    expect(secondBegan).toBe(false)
    await first.commit()
    expect((await waiting).rows[0]?.n).toBe(2)
    await second.rollback()
  })

  test('writers go in the order they came', async () => {
    await start({})
    const first = await connect().transaction('write')
    await first.execute('INSERT INTO t VALUES (0)')
    const others: Promise<unknown>[] = []
    for (const value of [1, 2, 3, 4]) {
      const sql = `INSERT INTO t VALUES (${value})`
      others.push(connect().execute(sql))
      await arrived(sql)
    }
    await first.commit()
    await Promise.all(others)
    const rs = await connect().execute('SELECT a FROM t ORDER BY rowid')
    expect(rs.rows.map((row) => row.a)).toEqual([0, 1, 2, 3, 4])
  })

  test('one who waited too long is told SQLITE_BUSY, and the first is unharmed', async () => {
    await start({ writeWaitMs: 50 })
    const first = await connect().transaction('write')
    await first.execute('INSERT INTO t VALUES (1)')
    const late = connect().execute('INSERT INTO t VALUES (2)')
    await expect(late).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
    await expect(connect().batch(['DELETE FROM t'], 'write')).rejects.toMatchObject({
      code: 'SQLITE_BUSY',
    })
    await first.commit()
    expect(await count()).toBe(1)
  })

  test('one who keeps others waiting too long loses its transaction, and is told', async () => {
    await start({ transactionTimeoutMs: 50 })
    const first = await connect().transaction('write')
    await first.execute('INSERT INTO t VALUES (1)')
    await connect().execute('INSERT INTO t VALUES (2)')
    await expect(first.execute('INSERT INTO t VALUES (3)')).rejects.toMatchObject({
      code: 'TRANSACTION_TIMEOUT',
    })
    await expect(first.commit()).rejects.toMatchObject({ code: 'SQLITE_UNKNOWN' })
    expect(await count()).toBe(1)
  })

  test('a long transaction that nobody waits for is left alone', async () => {
    await start({ transactionTimeoutMs: 1 })
    const first = await connect().transaction('write')
    await first.execute('INSERT INTO t VALUES (1)')
    expect(await count()).toBe(0)
    await first.commit()
    expect(await count()).toBe(1)
  })
})

test('a writer whose client went away while it stood in line does not write', async () => {
  await start({})
  const first = await connect().transaction('write')
  await first.execute('INSERT INTO t VALUES (1)')
  const gone = new AbortController()
  const waiting = fetch(`${databaseUrl(server.url, 'raw')}v3/pipeline`, {
    method: 'POST',
    body: JSON.stringify({ requests: [execute('INSERT INTO t VALUES (2)'), { type: 'close' }] }),
    signal: gone.signal,
  })
  const late = connect().execute('INSERT INTO t VALUES (3)')
  await arrived('INSERT INTO t VALUES (2)')
  await arrived('INSERT INTO t VALUES (3)')
  gone.abort()
  await expect(waiting).rejects.toThrow()
  // By a later request's answer the server has seen the socket close.
  await count()
  await first.commit()
  await late
  const rs = await connect().execute('SELECT a FROM t ORDER BY a')
  expect(rs.rows.map((row) => row.a)).toEqual([1, 3])
})

describe('readers', () => {
  test('they never wait for a writer, and see what is committed', async () => {
    await start({ writeWaitMs: 60_000, transactionTimeoutMs: 60_000 })
    const writer = await connect().transaction('write')
    await writer.execute('INSERT INTO t VALUES (1)')
    expect(await count()).toBe(0)
    expect((await connect().batch(['SELECT count(*) AS n FROM t'], 'read'))[0]?.rows[0]?.n).toBe(0)
    await writer.commit()
    expect(await count()).toBe(1)
  })

  test('a reader whose snapshot is out of date cannot write, and blocks no one', async () => {
    await start({})
    const reader = await connect().transaction('deferred')
    await reader.execute('SELECT count(*) FROM t')
    await connect().execute('INSERT INTO t VALUES (1)')
    await expect(reader.execute('INSERT INTO t VALUES (2)')).rejects.toMatchObject({
      code: 'SQLITE_BUSY',
    })
    await connect().execute('INSERT INTO t VALUES (3)')
    await reader.rollback()
    expect(await count()).toBe(2)
  })

  test('a write that does not compile leaves its transaction a reader, and blocks no one', async () => {
    await start({ writeWaitMs: 100, transactionTimeoutMs: 60_000 })
    const reader = await connect().transaction('deferred')
    await reader.execute('SELECT count(*) FROM t')
    await expect(reader.execute('INSERT INTO nowhere VALUES (1)')).rejects.toThrow(/no such table/)
    await expect(reader.execute('ATTACH x AS y')).rejects.toMatchObject({ code: 'BLOCKED' })
    await connect().execute('INSERT INTO t VALUES (1)')
    expect((await reader.execute('SELECT count(*) AS n FROM t')).rows[0]?.n).toBe(0)
    await reader.commit()
  })
})

describe('an idle stream', () => {
  test('it expires, its transaction is rolled back, and its baton says why', async () => {
    await start({ idleTimeoutMs: 50, transactionTimeoutMs: 60_000 })
    const { baton } = await pipeline(server, [
      execute('BEGIN IMMEDIATE'),
      execute('INSERT INTO t VALUES (1)'),
    ])
    // Gets its turn only when the idle stream has given the lock up.
    await connect().execute('INSERT INTO t VALUES (2)')
    const late = await post(server, 'v3/pipeline', { baton, requests: [execute('COMMIT')] })
    expect(late.status).toBe(400)
    expect(await late.json()).toEqual({
      code: 'STREAM_EXPIRED',
      message: 'The stream has expired due to inactivity',
    })
    expect(await count()).toBe(1)
  })

  test('the client is told STREAM_EXPIRED in the middle of its transaction', async () => {
    await start({ idleTimeoutMs: 20 })
    const txn = await connect().transaction('write')
    await txn.execute('INSERT INTO t VALUES (1)')
    await connect().execute('INSERT INTO t VALUES (2)')
    await expect(txn.execute('INSERT INTO t VALUES (3)')).rejects.toMatchObject({
      code: 'STREAM_EXPIRED',
    })
    expect(await count()).toBe(1)
  })
})

test('a writer in line behind an idle transaction is served before the server stops', async () => {
  await start({})
  const idle = await connect().transaction('write')
  await idle.execute('INSERT INTO t VALUES (1)')
  const waiting = connect().execute('INSERT INTO t VALUES (2)')
  await arrived('INSERT INTO t VALUES (2)')
  await server.stop()
  await waiting
  server = await startLibsqlServer({ dir })
  expect(await count()).toBe(1)
})

test('stopping rolls back what is open and lets a new server take over at once', async () => {
  await start({})
  const open = await connect().transaction('write')
  await open.execute('INSERT INTO t VALUES (1)')
  await server.stop()
  server = await startLibsqlServer({ dir })
  await vi.waitFor(async () => expect(await count()).toBe(0))
  await connect().execute('INSERT INTO t VALUES (2)')
  expect(await count()).toBe(1)
})
