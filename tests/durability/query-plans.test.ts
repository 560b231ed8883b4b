import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestedSql } from '#dev/libsql/faults.ts'
import { SYNC_PROTOCOL_VERSION } from '#shared/sync/protocol.ts'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { LoadPlan, LoadRecord } from './load.ts'

/** Tables that grow with traffic: none may be read whole, whatever is asked. */
const GROWING = [
  'events',
  'visitors',
  'sessions',
  'verdicts',
  'scores',
  'rollups',
  'visitor_days',
  'identity_links',
  'identity_nodes',
  'node_traits',
  'trait_changes',
  'persons',
  'drained_batches',
  'audit_entries',
  'audit_values',
]

let platform: TestPlatform
let client: EdgeClient
const asked = new Set<string>()

beforeAll(async () => {
  platform = await startTestPlatform({
    faults: {
      onRequest(database, requests) {
        if (database === 'ws-demo') for (const sql of requestedSql(requests)) asked.add(sql)
        return { kind: 'pass' }
      },
    },
  })
  client = new EdgeClient({ edge: platform.edge.url, writeKey: WRITE_KEY, secretKey: SECRET_KEY })
})

afterAll(() => platform.stop())

async function post(path: string, body: unknown): Promise<number> {
  const answer = await fetch(`${platform.edge.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status
}

/** Everything the edge asks of a workspace's database, from watching it at work. */
async function exerciseEverything(): Promise<void> {
  const record = new LoadRecord()
  await record.run(client, new LoadPlan({ seed: 5 }), { calls: 30 })
  await client.settled()
  const eventFilters = [
    '',
    'visitor=dev-1',
    'name=Plain',
    'messageId=5-1',
    'visitor=dev-1&name=Plain',
  ]
  const verdicts = ['accepted', 'bot', 'duplicate', 'rejected', 'quarantined'].map(
    (verdict) => `verdict=${verdict}`,
  )
  for (const query of [...eventFilters, ...verdicts, 'verdict=rejected&name=Plain']) {
    await client.get(`/api/v1/events?${query}`)
  }
  const { next } = await client.get<{ next: string }>('/api/v1/visitors?limit=1')
  const visitors = ['', 'known=true', 'known=false', 'grade=A', 'known=true&grade=B']
  visitors.push(`cursor=${next}`, `grade=A&cursor=${next}`)
  for (const query of visitors) await client.get(`/api/v1/visitors?limit=5&${query}`)
  await client.get('/api/v1/visitors/dev-1')
  await client.get('/api/v1/training-rows?limit=5')
  for (const path of ['models', 'rollout', 'model-changes', 'model-alerts', 'model-watch']) {
    await client.get(`/api/v1/${path}`)
  }
  const filters = ['', 'action=slots.saved', 'actor=secret key', 'subject=hero']
  const all = 'action=slots.saved&actor=ada&subject=hero'
  for (const time of ['', 'from=1', 'to=9', 'from=1&to=9']) {
    for (const filter of [...filters, all]) await client.get(`/api/v1/audit?${filter}&${time}`)
  }
  for (let times = 0; times < 2; times++) {
    expect(await post('/api/v1/projection/rebuild', {})).toBe(202)
  }
  await client.settled()
  await platform.edge.sweep()
  const page = await client.get<{ next: string }>('/api/v1/audit?limit=1')
  await client.get(`/api/v1/audit?cursor=${page.next}`)
  await client.get('/api/v1/audit/verify')
  for (const query of ['', '?from=1', '?to=9', '?from=1&to=9999999999999']) {
    expect(await post(`/api/v1/audit/export${query}`, {})).toBe(200)
  }
  const own = "SELECT link_id FROM identity_links WHERE kind = 'claim' LIMIT 1"
  const { rows } = await platform.store.execute(own)
  asked.delete(own)
  const undo = { linkId: String(rows[0]?.link_id), reason: 'a shared device' }
  expect(await post('/api/v1/identity/links/undo', { ...undo, undone: true })).toBe(200)
  expect(await post('/api/v1/identity/links/undo', { ...undo, undone: false })).toBe(200)
  await client.get('/api/v1/erasures?limit=5')
  for (const subject of [
    { visitorId: 'dev-1' },
    { userId: 'user-1' },
    { email: 'user-2@example.com' },
  ]) {
    expect(await post('/api/v1/erasures', subject)).toBe(202)
  }
  const late = { type: 'page', messageId: 'late', anonymousId: 'dev-1', timestamp: '2026-01-01' }
  expect((await client.capture('batch', { batch: [late] })).status).toBe(200)
  await waitFor(
    async () => (await platform.store.execute('SELECT 1 FROM outbox LIMIT 1')).rows.length === 0,
    60_000,
    () => 'every object to be told of the erasures',
  )
  asked.delete('SELECT 1 FROM outbox LIMIT 1')
  const start = { ingestSeq: 0, verdictSeq: 0, version: 0 }
  expect(
    await post('/api/v1/sync/pull', {
      protocol: SYNC_PROTOCOL_VERSION,
      epoch: null,
      edit: 0,
      facts: start,
      limit: 500,
    }),
  ).toBe(200)
  await platform.edge.sweep()
}

/** What a plan calls a table: its alias where the statement gives one. */
function namesOfTables(sql: string): Map<string, string> {
  const names = new Map(GROWING.map((table) => [table, table]))
  const named = new RegExp(
    `\\b(?:FROM|JOIN|,)\\s+(${GROWING.join('|')})\\s+(?:AS\\s+)?([a-z]\\w*)\\b`,
    'gi',
  )
  for (const [, table, alias] of sql.matchAll(named)) {
    if (table && alias && !/^(WHERE|JOIN|ON|ORDER|GROUP|LIMIT|LEFT|SET)$/i.test(alias)) {
      names.set(alias, table)
    }
  }
  return names
}

/** The lines of the plan that the store makes for a statement. */
async function planOf(sql: string): Promise<string[]> {
  const numbered = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number))
  const parameters = Math.max(0, ...numbered, sql.match(/\?(?!\d)/g)?.length ?? 0)
  const { rows } = await platform.store.execute({
    sql: `EXPLAIN QUERY PLAN ${sql}`,
    args: Array.from({ length: parameters }, () => null),
  })
  return rows.map((row) => String(row.detail))
}

/**
 * Whole reads of growing tables. Walking an index in the order that a page is wanted in ends with the
 * page and is no such read; a filter that few rows pass makes the walk longer.
 */
async function scansOf(sql: string): Promise<string[]> {
  const names = namesOfTables(sql)
  const plan = await planOf(sql)
  return plan.filter((detail) => {
    const scanned = /^SCAN (\S+)/.exec(detail)?.[1]
    if (scanned === undefined || !names.has(scanned)) return false
    const isPage = /\blimit \?$/i.test(sql.trim()) && / USING INDEX /.test(detail)
    return !isPage || plan.some((step) => step.startsWith('USE TEMP B-TREE'))
  })
}

test('no statement that the edge sends reads a growing table whole', async () => {
  await exerciseEverything()
  const statements = [...asked].filter((sql) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/i.test(sql))
  console.log(`${statements.length} statements`)
  expect(statements.length).toBeGreaterThan(40)
  const scans: Record<string, string[]> = {}
  for (const sql of statements) {
    const found = await scansOf(sql)
    if (found.length > 0) scans[sql.replaceAll(/\s+/g, ' ').trim()] = found
  }
  expect(scans).toEqual({})
})

test('visitors of a grade are read from their own index, in the order of the page', async () => {
  const byGrade = [...asked].filter((sql) =>
    /^select .* from "visitors" where .*"grade" = \?/.test(sql),
  )
  expect(byGrade).toHaveLength(3)
  for (const sql of byGrade) {
    expect(await planOf(sql)).toEqual([
      expect.stringMatching(/^SEARCH visitors USING INDEX visitors_grade \(grade=\?/),
    ])
  }
})

test('entries of a time are read from an index that is in the order of time, with and without filters', async () => {
  const ofTime = [...asked].filter((sql) =>
    /^SELECT.*FROM audit_entries.*\bat (>=|<) \?/s.test(sql),
  )
  const paged = ofTime.filter((sql) => !sql.includes('min(seq)'))
  expect(paged).toHaveLength(15)
  for (const sql of paged) {
    const [entries, values, ...more] = await planOf(sql)
    expect(entries, sql).toMatch(
      /^SEARCH e USING INDEX audit_entries_\w+ \((\w+=\? AND )?at[><]\?( AND at<\?)?\)/,
    )
    expect([values, more]).toEqual([
      expect.stringMatching(/^SEARCH v USING INTEGER PRIMARY KEY/),
      [],
    ])
  }
  const [ends] = ofTime.filter((sql) => sql.includes('min(seq)'))
  expect(await planOf(ends ?? '')).toEqual([
    'SEARCH audit_entries USING COVERING INDEX audit_entries_at (at>? AND at<?)',
  ])
})

test('a statement that does read a growing table whole would be noticed, under an alias too', async () => {
  for (const sql of [
    'SELECT * FROM events WHERE path = ?',
    'SELECT e.path FROM json_each(?) j JOIN events e ON e.path = j.value',
    'UPDATE visitors SET grade = ? WHERE points > ?',
    'SELECT count(*) FROM verdicts AS v WHERE v.detail = ?',
  ]) {
    expect(await scansOf(sql), sql).not.toEqual([])
  }
})
