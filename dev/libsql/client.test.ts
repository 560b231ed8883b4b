import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient as createNodeClient, type InValue } from '@libsql/client'
import { createClient as createWebClient } from '@libsql/client/web'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from './server.ts'

/**
 * What libSQL's own client promises, over this server. The cases follow the meaning of the
 * client's published test-suite.
 */

const AUTH_TOKEN = 'client-test-token'

let dir: string
let server: LibsqlServer

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-client-'))
  server = await startLibsqlServer({ dir, token: AUTH_TOKEN })
})

afterAll(async () => {
  await server.stop()
  await rm(dir, { recursive: true })
})

describe.each([
  ['@libsql/client', createNodeClient],
  ['@libsql/client/web', createWebClient],
])('%s', (name, createClient) => {
  let client: Client
  const open = (intMode: 'number' | 'bigint' | 'string' = 'number') =>
    createClient({
      url: databaseUrl(server.url, name.replaceAll(/[^a-z]/g, '')),
      authToken: AUTH_TOKEN,
      intMode,
    })

  beforeEach(async () => {
    client = open()
    await client.executeMultiple('DROP TABLE IF EXISTS t; CREATE TABLE t (a UNIQUE)')
  })

  afterEach(() => client.close())

  const values = async () =>
    (await client.execute('SELECT a FROM t ORDER BY a')).rows.map((r) => r.a)

  test('a wrong token is told with its code', async () => {
    const stranger = createClient({ url: databaseUrl(server.url, 'x'), authToken: 'wrong' })
    await expect(stranger.execute('SELECT 1')).rejects.toMatchObject({ code: 'AUTH_JWT_INVALID' })
    stranger.close()
  })

  test('two databases of one server do not see each other', async () => {
    const other = createClient({ url: databaseUrl(server.url, 'apart'), authToken: AUTH_TOKEN })
    await expect(other.execute('SELECT * FROM t')).rejects.toMatchObject({ code: 'SQLITE_UNKNOWN' })
    other.close()
  })

  test('rows have positions, names, types and a length', async () => {
    const rs = await client.execute(`SELECT 1 AS one, 'two' AS two, 0.5 AS three`)
    expect(rs.columns).toEqual(['one', 'two', 'three'])
    const [row] = rs.rows
    expect(row?.length).toBe(3)
    expect(Array.from(row ?? [])).toEqual([1, 'two', 0.5])
    expect(Object.entries(row ?? {})).toEqual([
      ['one', 1],
      ['two', 'two'],
      ['three', 0.5],
    ])
  })

  test('declared types of columns are told', async () => {
    await client.executeMultiple(
      'DROP TABLE IF EXISTS typed; CREATE TABLE typed (i INTEGER, f FLOAT, t TEXT, b BLOB)',
    )
    const rs = await client.execute('SELECT i, f, t, b FROM typed')
    expect(rs.columnTypes).toEqual(['INTEGER', 'FLOAT', 'TEXT', 'BLOB'])
  })

  test.each<[string, InValue, unknown]>([
    ['a string', 'a\n\r\t "ž" 😀', 'a\n\r\t "ž" 😀'],
    ['zero', 0, 0],
    ['a float', 12.345, 12.345],
    ['a large float', 1e18, 1e18],
    ['the largest float', Number.MAX_VALUE, Number.MAX_VALUE],
    ['the smallest float', Number.MIN_VALUE, Number.MIN_VALUE],
    ['the largest safe integer', 9007199254740991n, 9007199254740991],
    ['null', null, null],
    ['true', true, 1],
    ['a date', new Date('2023-01-02T12:34:56Z'), 1672662896000],
  ])('%s makes the round trip', async (_, passed, expected) => {
    const rs = await client.execute({ sql: 'SELECT ?', args: [passed] })
    expect(rs.rows[0]?.[0]).toStrictEqual(expected)
  })

  test('every byte of a blob makes the round trip, also from the middle of a buffer', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index ^ 0xab)
    for (const blob of [bytes, bytes.subarray(3, 77), new Uint8Array(0)]) {
      const rs = await client.execute({ sql: 'SELECT ?, length(?)', args: [blob, blob] })
      const value = rs.rows[0]?.[0]
      if (!(value instanceof ArrayBuffer)) throw new Error('no blob')
      expect(new Uint8Array(value)).toEqual(new Uint8Array(blob))
      expect(rs.rows[0]?.[1]).toBe(blob.length)
    }
  })

  test('64-bit integers are exact in the bigint and string modes, refused in the number mode', async () => {
    for (const value of [9223372036854775807n, -9223372036854775808n]) {
      for (const [mode, expected] of [
        ['bigint', value],
        ['string', String(value)],
      ] as const) {
        const exact = open(mode)
        const rs = await exact.execute({ sql: `SELECT ?, ?||''`, args: [value, value] })
        expect(Array.from(rs.rows[0] ?? [])).toEqual([expected, String(value)])
        exact.close()
      }
      const inexact = client.execute({ sql: 'SELECT ?', args: [value] })
      await expect(inexact).rejects.toThrow(RangeError)
    }
  })

  test.each<[string, InValue[] | Record<string, InValue>, unknown[]]>([
    ['SELECT ?, ?', ['one', 'two'], ['one', 'two']],
    ['SELECT ?2, ?3, ?1', ['one', 'two', 'three'], ['two', 'three', 'one']],
    ['SELECT ?3, ?1', ['one', 'two', 'three'], ['three', 'one']],
    ['SELECT ?2, ?, ?3', ['one', 'two', 'three'], ['two', 'three', 'three']],
    ['SELECT :b, :a, :b || :a', { a: 'one', ':b': 'two' }, ['two', 'one', 'twoone']],
    ['SELECT @b, @a, ?1', { a: 'one', '@b': 'two' }, ['two', 'one', 'two']],
    ['SELECT $b, $a', { a: 'one', $b: 'two' }, ['two', 'one']],
  ])('%s takes its arguments', async (sql, args, expected) => {
    expect(Array.from((await client.execute({ sql, args })).rows[0] ?? [])).toEqual(expected)
  })

  test('affected rows and the last rowid are told', async () => {
    const insert = await client.execute('INSERT INTO t VALUES (1), (2), (3)')
    expect([insert.rowsAffected, insert.lastInsertRowid]).toEqual([3, 3n])
    const more = await client.execute(
      'WITH x(b) AS (SELECT 10 * a FROM t) INSERT INTO t SELECT b FROM x',
    )
    expect(more.rowsAffected).toBe(3)
    expect((await client.execute('DELETE FROM t WHERE a > 2')).rowsAffected).toBe(4)
    const returning = await client.execute(`INSERT INTO t VALUES (7) RETURNING a * 6 AS x`)
    expect(returning.rows).toEqual([{ x: 42 }])
    expect(returning.rowsAffected).toBe(1)
  })

  describe('batch()', () => {
    test('answers every statement in order, in one transaction', async () => {
      const results = await client.batch(
        [
          'INSERT INTO t VALUES (1)',
          'SELECT a FROM t',
          'INSERT INTO t VALUES (2)',
          'SELECT a FROM t',
        ],
        'write',
      )
      expect(results[1]?.rows).toEqual([{ a: 1 }])
      expect(results[3]?.rows).toEqual([{ a: 1 }, { a: 2 }])
    })

    test.each(['write', 'deferred'] as const)('an error undoes a %s batch', async (mode) => {
      await client.execute(`INSERT INTO t VALUES ('one')`)
      const failing = client.batch(
        [`INSERT INTO t VALUES ('two')`, 'SELECT foobar', `INSERT INTO t VALUES ('three')`],
        mode,
      )
      await expect(failing).rejects.toMatchObject({ name: 'LibsqlBatchError', statementIndex: 1 })
      expect(await values()).toEqual(['one'])
    })

    test('a hundred at once neither mix nor fail', async () => {
      await client.executeMultiple('DROP TABLE IF EXISTS t10; CREATE TABLE t10 (a)')
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const results = await client.batch(
            [
              { sql: 'INSERT INTO t VALUES (?)', args: [index] },
              { sql: 'INSERT INTO t10 VALUES (?)', args: [index * 10] },
              'SELECT sum(a) AS s FROM t',
              'SELECT sum(a) AS s FROM t10',
            ],
            'write',
          )
          expect(results[3]?.rows[0]?.s).toBe(Number(results[2]?.rows[0]?.s) * 10)
        }),
      )
      expect((await client.execute('SELECT sum(a) AS s FROM t')).rows[0]?.s).toBe(4950)
    })

    test('a thousand different statements, and four thousand of two hundred kinds', async () => {
      const different = Array.from({ length: 1_000 }, (_, index) => `SELECT ${index} AS n`)
      const results = await client.batch(different, 'read')
      expect(results.map((rs) => rs.rows[0]?.n)).toEqual(different.map((_, index) => index))
      const repeated = Array.from({ length: 4_000 }, (_, index) => ({
        sql: `SELECT ? AS i, ${index % 200} AS j`,
        args: [index],
      }))
      const answers = await client.batch(repeated, 'read')
      expect(answers.map((rs) => [rs.rows[0]?.i, rs.rows[0]?.j])).toEqual(
        repeated.map((_, index) => [index, index % 200]),
      )
    })
  })

  describe('transaction()', () => {
    test('commits, and is closed by it', async () => {
      const txn = await client.transaction('write')
      await txn.execute('INSERT INTO t VALUES (1)')
      await txn.batch(['INSERT INTO t VALUES (2)', 'INSERT INTO t VALUES (3)'])
      await txn.executeMultiple('INSERT INTO t VALUES (4); INSERT INTO t VALUES (5)')
      expect(txn.closed).toBe(false)
      await txn.commit()
      expect(txn.closed).toBe(true)
      expect(await values()).toEqual([1, 2, 3, 4, 5])
      await expect(txn.execute('SELECT 1')).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
    })

    test.each(['rollback', 'close'] as const)('%s() leaves nothing behind', async (end) => {
      const txn = await client.transaction('write')
      await txn.execute('INSERT INTO t VALUES (1)')
      await txn[end]()
      await client.execute('INSERT INTO t VALUES (2)')
      expect(await values()).toEqual([2])
    })

    test('an error does not end it', async () => {
      const txn = await client.transaction('write')
      await expect(txn.execute('SELECT foo')).rejects.toMatchObject({ code: 'SQL_INPUT_ERROR' })
      await txn.execute('INSERT INTO t VALUES (1)')
      const failing = txn.batch(['INSERT INTO t VALUES (1)', 'INSERT INTO t VALUES (2)'])
      await expect(failing).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
      await txn.commit()
      expect(await values()).toEqual([1])
    })

    test('a read transaction keeps its snapshot while another writes', async () => {
      const txn = await client.transaction('read')
      expect((await txn.execute('SELECT count(*) AS n FROM t')).rows[0]?.n).toBe(0)
      await client.execute('INSERT INTO t VALUES (1)')
      expect((await txn.execute('SELECT count(*) AS n FROM t')).rows[0]?.n).toBe(0)
      await txn.commit()
      expect(await values()).toEqual([1])
    })

    test('an empty one may be committed or rolled back', async () => {
      await (await client.transaction('read')).commit()
      await (await client.transaction('write')).rollback()
    })
  })

  describe('executeMultiple()', () => {
    test('runs triggers and transactions written out', async () => {
      await client.executeMultiple(`
        CREATE TRIGGER doubled AFTER INSERT ON t WHEN NEW.a < 10
        BEGIN INSERT INTO t VALUES (NEW.a * 10); END;
        BEGIN; INSERT INTO t VALUES (1); COMMIT;`)
      expect(await values()).toEqual([1, 10])
    })

    test('an error stops it and undoes the transaction it had open', async () => {
      const failing = client.executeMultiple(`
        INSERT INTO t VALUES (0);
        BEGIN; INSERT INTO t VALUES (1); INSERT INTO t VALUES (foo()); COMMIT;`)
      await expect(failing).rejects.toMatchObject({ code: 'SQL_INPUT_ERROR' })
      expect(await values()).toEqual([0])
    })
  })

  test('migrate() may change a table that foreign keys refer to', async () => {
    await client.migrate([
      'DROP TABLE IF EXISTS child',
      'DROP TABLE IF EXISTS parent',
      'CREATE TABLE parent (id INTEGER PRIMARY KEY)',
      'CREATE TABLE child (p REFERENCES parent)',
      'INSERT INTO parent VALUES (1)',
      'INSERT INTO child VALUES (1)',
    ])
    await client.migrate([
      'CREATE TABLE parent_new (id INTEGER PRIMARY KEY, note TEXT)',
      'INSERT INTO parent_new (id) SELECT id FROM parent',
      'DROP TABLE parent',
      'ALTER TABLE parent_new RENAME TO parent',
    ])
    await expect(client.execute('INSERT INTO child VALUES (2)')).rejects.toMatchObject({
      code: 'SQLITE_CONSTRAINT',
    })
    expect((await client.execute('SELECT p FROM child')).rows).toEqual([{ p: 1 }])
  })
})
