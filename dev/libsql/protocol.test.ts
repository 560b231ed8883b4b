import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { batch, execute, pipeline, post, step } from './raw-pipeline.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from './server.ts'

let dir: string
let server: LibsqlServer

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'libsql-protocol-'))
  server = await startLibsqlServer({ dir, maxResponseCharacters: 200_000 })
})

afterAll(async () => {
  await server.stop()
  await rm(dir, { recursive: true })
})

const close = { type: 'close' }
const ok = (response: unknown) => ({ type: 'ok', response })
const refused = (code: string) => ({ type: 'error', error: { code } })

async function firstResult(request: unknown): Promise<unknown> {
  const { results } = await pipeline(server, [request, close])
  return results[0]
}

describe('endpoints', () => {
  test('versions 2 and 3 in JSON are offered, Protobuf is not', async () => {
    const base = databaseUrl(server.url, 'raw')
    const statuses = ['v2', 'v3', 'v3-protobuf', 'v1'].map(
      async (version) => (await fetch(`${base}${version}`)).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 200, 404, 404])
  })

  test('health answers', async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok' })
  })

  test('a base URL without its slash is explained', async () => {
    const response = await fetch(`${server.url}/v2/pipeline`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(404)
    expect(await response.text()).toMatch(/ends in a slash/)
  })

  test.each(['UPPER', 'a.b', '%2e%2e', 'x'.repeat(65)])('the name %s is refused', async (name) => {
    const response = await fetch(`${server.url}/${name}/v2/pipeline`, { method: 'POST' })
    expect(response.status).toBe(404)
  })

  test('a deleted database is gone, and begins anew', async () => {
    const url = databaseUrl(server.url, 'doomed')
    const send = async (sql: string) =>
      (
        await fetch(`${url}v2/pipeline`, {
          method: 'POST',
          body: JSON.stringify({ requests: [execute(sql), close] }),
        })
      ).json()
    await send('CREATE TABLE t (a)')
    expect((await fetch(`${server.url}/doomed`, { method: 'DELETE' })).status).toBe(200)
    expect(await send('SELECT * FROM t')).toMatchObject({
      results: [refused('SQLITE_UNKNOWN'), {}],
    })
    expect((await fetch(`${server.url}/never`, { method: 'DELETE' })).status).toBe(404)
  })

  test('a WebSocket is told to use HTTP', async () => {
    const { get } = await import('node:http')
    const answer = await new Promise<{ status: number | undefined; text: string }>((done, fail) => {
      const request = get(server.url, {
        headers: {
          connection: 'upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      })
      request.on('error', fail)
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => done({ status: response.statusCode, text }))
      })
    })
    expect(answer.status).toBe(426)
    expect(answer.text).toMatch(/over HTTP only/)
  })
})

describe('bad input', () => {
  test.each([
    ['no JSON', '{'],
    ['no requests', {}],
    ['an unknown request', { requests: [{ type: 'drop_everything' }] }],
    ['an integer as a number', { requests: [execute('SELECT ?', { type: 'integer', value: 1 })] }],
    [
      'an integer beyond 64 bits',
      { requests: [execute('SELECT ?', { type: 'integer', value: '9223372036854775808' })] },
    ],
    [
      'a blob that is not base64',
      { requests: [execute('SELECT ?', { type: 'blob', base64: '*' })] },
    ],
    ['an unknown baton', { baton: 'made.up', requests: [] }],
    ['a step that looks ahead', { requests: [batch(step('SELECT 1', { type: 'ok', step: 0 }))] }],
    ['neither sql nor sql_id', { requests: [{ type: 'sequence' }] }],
    ['both sql and sql_id', { requests: [{ type: 'sequence', sql: 'SELECT 1', sql_id: 1 }] }],
    ['an unknown sql_id', { requests: [{ type: 'describe', sql_id: 7 }] }],
  ])('%s is 400 with a reason', async (_, body) => {
    const response = await post(server, 'v3/pipeline', body)
    expect(response.status).toBe(400)
    expect((await response.text()).length).toBeGreaterThan(10)
  })

  test('a body that is too large is refused once it has been sent in full', async () => {
    const mebibyte = new Uint8Array(2 ** 20)
    let left = 96
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        left -= 1
        controller.enqueue(mebibyte)
        if (left === 0) controller.close()
      },
    })
    const url = `${databaseUrl(server.url, 'raw')}v2/pipeline`
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' })
    expect({ status: response.status, left }).toEqual({ status: 413, left: 0 })
    expect(await response.text()).toMatch(/bytes at most/)
  })

  test('version 2 has neither get_autocommit nor its condition', async () => {
    for (const request of [
      { type: 'get_autocommit' },
      batch(step('SELECT 1', { type: 'is_autocommit' })),
    ]) {
      expect((await post(server, 'v2/pipeline', { requests: [request] })).status).toBe(400)
      expect((await post(server, 'v3/pipeline', { requests: [request, close] })).status).toBe(200)
    }
  })
})

describe('values', () => {
  test.each([
    [{ type: 'null' }],
    [{ type: 'integer', value: '-9223372036854775808' }],
    [{ type: 'integer', value: '9223372036854775807' }],
    [{ type: 'float', value: 0.1 }],
    [{ type: 'float', value: 5 }],
    [{ type: 'float', value: 1.7976931348623157e308 }],
    [{ type: 'text', value: 'žluťoučký "kůň"\n\u2028😀' }],
    [{ type: 'text', value: '' }],
    [{ type: 'blob', base64: '' }],
    [{ type: 'blob', base64: 'q6g' }],
  ])('%j comes back as it went', async (value) => {
    const result = await firstResult(execute('SELECT ? AS v', value))
    expect(result).toMatchObject(ok({ type: 'execute', result: { rows: [[value]] } }))
  })

  test('a padded blob is accepted, and answered without padding', async () => {
    const result = await firstResult(execute('SELECT ?', { type: 'blob', base64: 'q6g=' }))
    expect(result).toMatchObject(ok({ result: { rows: [[{ type: 'blob', base64: 'q6g' }]] } }))
  })

  test('columns carry their name and declared type', async () => {
    await pipeline(server, [
      execute('CREATE TABLE IF NOT EXISTS typed (a INTEGER, b F32_BLOB(3))'),
      close,
    ])
    const result = await firstResult(execute('SELECT a AS x, b, 1 + 1 FROM typed'))
    expect(result).toMatchObject(
      ok({
        result: {
          cols: [
            { name: 'x', decltype: 'INTEGER' },
            { name: 'b', decltype: 'F32_BLOB(3)' },
            { name: '1 + 1', decltype: null },
          ],
        },
      }),
    )
  })

  test('want_rows false runs the statement and leaves the rows out', async () => {
    const stmt = { sql: 'SELECT 1', want_rows: false }
    expect(await firstResult({ type: 'execute', stmt })).toMatchObject(ok({ result: { rows: [] } }))
  })

  test('half a surrogate pair in JSON is refused before it can end the process', async () => {
    const value = { type: 'text', value: String.raw`["\ud800"]` }
    const result = await firstResult(execute('SELECT value FROM json_each(?)', value))
    expect(result).toMatchObject(refused('ARGS_INVALID'))
  })
})

describe('changes', () => {
  test('affected rows and the last rowid are told, and exact beyond 2^53', async () => {
    const { results } = await pipeline(server, [
      execute('DROP TABLE IF EXISTS big'),
      execute('CREATE TABLE big (id INTEGER PRIMARY KEY)'),
      execute('INSERT INTO big VALUES (9007199254740993)'),
      execute('INSERT INTO big VALUES (1), (2) RETURNING id'),
      execute('DELETE FROM big'),
      execute('SELECT 1'),
      close,
    ])
    expect(results.slice(2, 6)).toMatchObject([
      ok({ result: { affected_row_count: 1, last_insert_rowid: '9007199254740993' } }),
      ok({ result: { affected_row_count: 2, last_insert_rowid: '2' } }),
      ok({ result: { affected_row_count: 3, last_insert_rowid: null } }),
      ok({ result: { affected_row_count: 0, last_insert_rowid: null } }),
    ])
  })

  test('an EXPLAIN does not stay open: VACUUM runs after it', async () => {
    const { results } = await pipeline(server, [
      execute('EXPLAIN SELECT 1'),
      execute('EXPLAIN QUERY PLAN SELECT 1'),
      execute('VACUUM'),
      close,
    ])
    expect(results.map((result) => result.type)).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('columns of a statement that was kept follow a changed schema', async () => {
    const { results } = await pipeline(server, [
      execute('DROP TABLE IF EXISTS grows'),
      execute('CREATE TABLE grows (a)'),
      execute('INSERT INTO grows VALUES (1)'),
      execute('SELECT * FROM grows'),
      execute('ALTER TABLE grows ADD COLUMN b'),
      execute('SELECT * FROM grows'),
      { type: 'describe', sql: 'SELECT * FROM grows' },
      close,
    ])
    expect(results[5]).toMatchObject(
      ok({ result: { cols: [{ name: 'a' }, { name: 'b' }], rows: [[{}, { type: 'null' }]] } }),
    )
    expect(results[6]).toMatchObject(ok({ result: { cols: [{ name: 'a' }, { name: 'b' }] } }))
  })

  test('a stream knows the schema that another has changed', async () => {
    const open = await pipeline(server, [
      execute('DROP TABLE IF EXISTS remade'),
      execute('CREATE TABLE remade (a)'),
      execute('SELECT * FROM remade'),
    ])
    await pipeline(server, [
      execute('DROP TABLE remade'),
      execute('CREATE TABLE remade (a, b)'),
      close,
    ])
    const { results } = await pipeline(
      server,
      [execute("INSERT INTO remade VALUES (1, 'two')"), execute('SELECT * FROM remade')],
      open.baton,
    )
    expect(results[0]).toMatchObject(ok({ result: { affected_row_count: 1 } }))
    expect(results[1]).toMatchObject(ok({ result: { cols: [{ name: 'a' }, { name: 'b' }] } }))
  })

  test('describe tells the columns that another stream has just added', async () => {
    const open = await pipeline(server, [
      execute('DROP TABLE IF EXISTS widened'),
      execute('CREATE TABLE widened (a)'),
      execute('SELECT * FROM widened'),
    ])
    await pipeline(server, [execute('ALTER TABLE widened ADD COLUMN b'), close])
    const { results } = await pipeline(
      server,
      [{ type: 'describe', sql: 'SELECT * FROM widened' }, close],
      open.baton,
    )
    expect(results[0]).toMatchObject(ok({ result: { cols: [{ name: 'a' }, { name: 'b' }] } }))
  })
})

describe('errors', () => {
  test.each([
    ['', 'SQL_NO_STATEMENT'],
    ['SELECT 1; SELECT 2', 'SQL_MANY_STATEMENTS'],
    ['SELEC 1', 'SQL_PARSE_ERROR'],
    ['SELECT nothing_such', 'SQL_INPUT_ERROR'],
    ['SELECT * FROM nothing_such', 'SQLITE_UNKNOWN'],
    ['SELECT ?', 'ARGS_INVALID'],
    ['COMMIT', 'SQLITE_UNKNOWN'],
    ["ATTACH 'other.db' AS other", 'BLOCKED'],
    ['PRAGMA synchronous = OFF', 'BLOCKED'],
  ])('%s: %s', async (sql, code) => {
    expect(await firstResult(execute(sql))).toMatchObject(refused(code))
  })

  test('a constraint is told under its primary code, with the sentence of the libSQL server', async () => {
    const { results } = await pipeline(server, [
      execute('DROP TABLE IF EXISTS u'),
      execute('CREATE TABLE u (a UNIQUE)'),
      execute('INSERT INTO u VALUES (1)'),
      execute('INSERT INTO u VALUES (1)'),
      close,
    ])
    expect(results[3]).toEqual({
      type: 'error',
      error: {
        code: 'SQLITE_CONSTRAINT',
        message: 'SQLite error: UNIQUE constraint failed: u.a',
      },
    })
  })

  test('foreign keys are enforced, as libSQL does by default', async () => {
    const { results } = await pipeline(server, [
      execute('CREATE TABLE IF NOT EXISTS parent (id INTEGER PRIMARY KEY)'),
      execute('CREATE TABLE IF NOT EXISTS child (p REFERENCES parent)'),
      execute('INSERT INTO child VALUES (99)'),
      close,
    ])
    expect(results[2]).toMatchObject(refused('SQLITE_CONSTRAINT'))
  })

  test('a result that is too large is refused, and the database stays usable', async () => {
    const rows = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`
    expect(await firstResult(execute(rows))).toMatchObject(refused('RESPONSE_TOO_LARGE'))
    expect(await firstResult(batch(step(rows)))).toMatchObject(refused('RESPONSE_TOO_LARGE'))
    expect(await firstResult(execute('SELECT 1'))).toMatchObject({ type: 'ok' })
  })

  test('a file that is no database is told, and the others are served', async () => {
    await writeFile(
      join(dir, 'broken.db'),
      'this is not a database, and long enough to tell'.repeat(20),
    )
    const response = await fetch(`${databaseUrl(server.url, 'broken')}v3/pipeline`, {
      method: 'POST',
      body: JSON.stringify({ requests: [execute('SELECT 1'), close] }),
    })
    expect(await response.json()).toMatchObject({ results: [refused('SQLITE_NOTADB'), {}] })
    expect(await firstResult(execute('SELECT 1'))).toMatchObject({ type: 'ok' })
  })

  test('after a failed request the pipeline goes on', async () => {
    const { results } = await pipeline(server, [execute('SELEC'), execute('SELECT 1'), close])
    expect(results.map((result) => result.type)).toEqual(['error', 'ok', 'ok'])
  })
})

describe('streams', () => {
  test('a stream keeps its transaction and its stored texts from request to request', async () => {
    const first = await pipeline(server, [
      execute('CREATE TABLE IF NOT EXISTS s (a)'),
      { type: 'store_sql', sql_id: 1, sql: 'INSERT INTO s VALUES (1)' },
      execute('BEGIN'),
      { type: 'get_autocommit' },
    ])
    expect(first.results[3]).toEqual(ok({ type: 'get_autocommit', is_autocommit: false }))
    const second = await pipeline(
      server,
      [
        { type: 'execute', stmt: { sql_id: 1 } },
        { type: 'close_sql', sql_id: 1 },
      ],
      first.baton,
    )
    expect(second.results).toMatchObject([{ type: 'ok' }, ok({ type: 'close_sql' })])
    expect(second.baton).not.toBe(first.baton)
    const third = await pipeline(server, [execute('ROLLBACK'), close], second.baton)
    expect(third.baton).toBeNull()
  })

  test('a baton is good once, and only for its database', async () => {
    const { baton } = await pipeline(server, [])
    const other = await fetch(`${databaseUrl(server.url, 'other')}v3/pipeline`, {
      method: 'POST',
      body: JSON.stringify({ baton, requests: [] }),
    })
    expect(other.status).toBe(400)
    const next = await pipeline(server, [], baton)
    expect((await post(server, 'v3/pipeline', { baton, requests: [] })).status).toBe(400)
    expect((await pipeline(server, [close], next.baton)).baton).toBeNull()
    const closed = await post(server, 'v3/pipeline', { baton: next.baton, requests: [] })
    expect(closed.status).toBe(400)
  })

  test('a transaction left open by a closed stream is rolled back', async () => {
    await pipeline(server, [
      execute('CREATE TABLE IF NOT EXISTS left_open (a)'),
      execute('BEGIN IMMEDIATE'),
      execute('INSERT INTO left_open VALUES (1)'),
      close,
    ])
    const result = await firstResult(execute('SELECT count(*) FROM left_open'))
    expect(result).toMatchObject(ok({ result: { rows: [[{ value: '0' }]] } }))
  })

  test('a setting made by one stream does not reach the next', async () => {
    await pipeline(server, [
      execute('PRAGMA foreign_keys = off'),
      execute('CREATE TEMP TABLE mine (a)'),
      close,
    ])
    const { results } = await pipeline(server, [
      execute('PRAGMA foreign_keys'),
      execute('SELECT * FROM mine'),
      close,
    ])
    expect(results).toMatchObject([
      ok({ result: { rows: [[{ value: '1' }]] } }),
      refused('SQLITE_UNKNOWN'),
      {},
    ])
  })

  test('stored texts are bounded', async () => {
    const stores = Array.from({ length: 51 }, (_, id) => ({
      type: 'store_sql',
      sql_id: id,
      sql: 'SELECT 1',
    }))
    const { results } = await pipeline(server, [...stores, close])
    expect(results[50]).toMatchObject(refused('SQL_STORE_TOO_MANY'))
    const long = { type: 'store_sql', sql_id: 1, sql: `SELECT '${'x'.repeat(6_000)}'` }
    expect(await firstResult(long)).toMatchObject(refused('SQL_STORE_TOO_LARGE'))
  })
})

describe('batches', () => {
  test('each condition decides its step', async () => {
    const { results } = await pipeline(server, [
      batch(
        step('SELECT 0'),
        step('SELECT nothing_such'),
        step('SELECT 2', { type: 'ok', step: 0 }),
        step('SELECT 3', { type: 'ok', step: 1 }),
        step('SELECT 4', { type: 'error', step: 1 }),
        step('SELECT 5', { type: 'error', step: 3 }),
        step('SELECT 6', { type: 'not', cond: { type: 'ok', step: 3 } }),
        step('SELECT 7', {
          type: 'and',
          conds: [
            { type: 'ok', step: 0 },
            { type: 'ok', step: 1 },
          ],
        }),
        step('SELECT 8', {
          type: 'or',
          conds: [
            { type: 'ok', step: 0 },
            { type: 'ok', step: 1 },
          ],
        }),
        step('SELECT 9', { type: 'is_autocommit' }),
        step('BEGIN'),
        step('SELECT 11', { type: 'is_autocommit' }),
      ),
      close,
    ])
    const ran = (index: number) =>
      expect.objectContaining({ rows: [[{ type: 'integer', value: String(index) }]] })
    expect(results[0]).toEqual(
      ok({
        type: 'batch',
        result: {
          step_results: [
            ran(0),
            null,
            ran(2),
            null,
            ran(4),
            null,
            ran(6),
            null,
            ran(8),
            ran(9),
            expect.objectContaining({ rows: [] }),
            null,
          ],
          step_errors: [
            null,
            expect.objectContaining({ code: 'SQL_INPUT_ERROR' }),
            ...Array.from({ length: 10 }, () => null),
          ],
          replication_index: null,
        },
      }),
    )
  })

  test('a batch with a text that is not one statement runs nothing', async () => {
    const { results } = await pipeline(server, [
      batch(step('CREATE TABLE not_made (a)'), step('SELECT 1; SELECT 2')),
      execute('SELECT * FROM not_made'),
      close,
    ])
    expect(results).toMatchObject([refused('SQL_MANY_STATEMENTS'), refused('SQLITE_UNKNOWN'), {}])
  })

  test('a sequence stops at its first error', async () => {
    const sql = `CREATE TABLE IF NOT EXISTS q (a); DELETE FROM q;
      INSERT INTO q VALUES (1); INSERT INTO q VALUES (nothing_such()); INSERT INTO q VALUES (2)`
    expect(await firstResult({ type: 'sequence', sql })).toMatchObject(refused('SQL_INPUT_ERROR'))
    const result = await firstResult(execute('SELECT count(*) FROM q'))
    expect(result).toMatchObject(ok({ result: { rows: [[{ value: '1' }]] } }))
  })

  test('describe tells parameters, columns and nature without running anything', async () => {
    await pipeline(server, [execute('CREATE TABLE IF NOT EXISTS d (a INTEGER)'), close])
    const sql = 'INSERT INTO d VALUES (?), (:x), (?4) RETURNING a'
    expect(await firstResult({ type: 'describe', sql })).toEqual(
      ok({
        type: 'describe',
        result: {
          params: [{ name: null }, { name: ':x' }, { name: null }, { name: '?4' }],
          cols: [{ name: 'a', decltype: 'INTEGER' }],
          is_explain: false,
          is_readonly: false,
        },
      }),
    )
    const result = await firstResult(execute('SELECT count(*) FROM d'))
    expect(result).toMatchObject(ok({ result: { rows: [[{ value: '0' }]] } }))
  })
})

describe('cursors', () => {
  test('entries come a line each: the answer, then steps with their rows and errors', async () => {
    const response = await post(server, 'v3/cursor', {
      batch: { steps: [step('VALUES (1), (2)'), step('SELECT nothing_such')] },
    })
    const lines = (await response.text()).trimEnd().split('\n')
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { baton: expect.any(String), base_url: null },
      { type: 'step_begin', step: 0, cols: [{ name: 'column1' }] },
      { type: 'row', row: [{ type: 'integer', value: '1' }] },
      { type: 'row', row: [{ type: 'integer', value: '2' }] },
      { type: 'step_end', affected_row_count: 0, last_insert_rowid: null },
      { type: 'step_error', step: 1, error: { code: 'SQL_INPUT_ERROR' } },
    ])
  })
})

describe('the token', () => {
  test('every request needs it, and nothing else passes', async () => {
    const guarded = await startLibsqlServer({ dir: join(dir, 'guarded'), token: 'a-token' })
    try {
      const status = async (authorization?: string) =>
        (
          await post(
            guarded,
            'v2/pipeline',
            { requests: [close] },
            authorization === undefined ? {} : { authorization },
          )
        ).status
      expect(await status()).toBe(401)
      expect(await status('Bearer wrong')).toBe(401)
      expect(await status('Basic a-token')).toBe(401)
      expect(await status('Bearer a-token')).toBe(200)
      const refusal = await fetch(`${guarded.url}/health`)
      expect(refusal.status).toBe(401)
      expect(refusal.headers.get('content-type')).toBe('application/json')
      expect(await refusal.json()).toMatchObject({ code: 'AUTH_HTTP_HEADER_MISSING' })
    } finally {
      await guarded.stop()
    }
  })

  test('clients that ask for the version, without their token, agree on version 3', async () => {
    const guarded = await startLibsqlServer({ dir: join(dir, 'asked'), token: 'a-token' })
    try {
      const base = databaseUrl(guarded.url, 'raw')
      const statuses = ['v3', 'v2', 'v3/pipeline'].map(
        async (path) => (await fetch(`${base}${path}`)).status,
      )
      expect(await Promise.all(statuses)).toEqual([200, 200, 401])
    } finally {
      await guarded.stop()
    }
  })
})
