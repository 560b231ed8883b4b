import { afterAll, beforeAll, expect, test } from 'vitest'
import { EdgeClient } from '#tests/platform/edge-client.ts'
import {
  SECRET_KEY,
  startTestPlatform,
  type TestPlatform,
  WRITE_KEY,
} from '#tests/platform/faulty-platform.ts'
import { expectAcknowledgedStoredOnce, expectBooksMatchStore } from './books.ts'
import { LoadPlan, LoadRecord, loadSeed } from './load.ts'
import { compareDerived, expectDerivedIsRecomputed } from './recompute.ts'

const TIMEZONE = 'Asia/Kathmandu'

let platform: TestPlatform
let client: EdgeClient

beforeAll(async () => {
  platform = await startTestPlatform({ timezone: TIMEZONE })
  client = new EdgeClient({
    edge: platform.edge.url,
    writeKey: WRITE_KEY,
    secretKey: SECRET_KEY,
  })
})

afterAll(() => platform.stop())

test('without any fault, every acknowledged event counts once everywhere', async () => {
  const seed = loadSeed()
  console.log(`LOAD_SEED=${seed}`)
  const record = new LoadRecord()
  await record.run(client, new LoadPlan({ seed }), { calls: 120 })
  await client.settled()
  expect(record.unanswered).toEqual([])
  await expectAcknowledgedStoredOnce(platform.store, record)
  const books = await expectBooksMatchStore(client, platform.store)
  expect(books.received).toBe(record.answeredEvents)
  expect(books.rejected).toBeGreaterThan(0)
  expect(books.duplicate).toBeGreaterThan(0)
  await expectDerivedIsRecomputed(platform.store, TIMEZONE)
})

test('the recomputation notices one wrong row in any derived table', async () => {
  const wrongs: [table: string, sql: string][] = [
    ['visitors', 'UPDATE visitors SET pageviews = pageviews + 1'],
    ['sessions', "UPDATE sessions SET summary = json_set(summary, '$.events', 0)"],
    ['sessions (plain SQL)', 'UPDATE sessions SET end_at = end_at + 1'],
    ['rollups', 'UPDATE rollups SET events = events + 1'],
    ['visitor_days', "UPDATE visitor_days SET day = '1999-01-01'"],
    ['identity_links', 'UPDATE identity_links SET first_at = first_at + 1'],
    ['identity_nodes', "UPDATE identity_nodes SET person_id = 'p_nobody'"],
    ['persons', "UPDATE persons SET name = 'Nobody'"],
    ['accounts', 'DELETE FROM accounts'],
    ['node_traits', "UPDATE node_traits SET value = 'false'"],
    ['trait_changes', 'UPDATE trait_changes SET received_at = received_at + 1'],
    ['scores of visitors (plain SQL)', 'UPDATE visitors SET points = points + 1'],
  ]
  for (const [table, sql] of wrongs) {
    const transaction = await platform.store.transaction('write')
    await transaction.execute(`${sql} WHERE ${await firstRow(table)}`)
    // Its own view of the store, with the wrong row; nothing of it is ever committed.
    const differences = await compareDerived(transaction, TIMEZONE)
    await transaction.rollback()
    expect(
      differences.map((difference) => difference.table),
      sql,
    ).toContain(table)
  }
})

async function firstRow(table: string): Promise<string> {
  const name = /^[a-z_]+/.exec(table.replace('scores of ', ''))?.[0] ?? table
  const { rows } = await platform.store.execute(
    `SELECT name FROM pragma_table_info('${name}') WHERE pk > 0 ORDER BY pk`,
  )
  const key = rows.map((row) => String(row.name)).join(', ')
  const where = name === 'visitors' ? 'WHERE points IS NOT NULL' : ''
  return `(${key}) = (SELECT ${key} FROM ${name} ${where} LIMIT 1)`
}
