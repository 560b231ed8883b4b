import type { Client } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { classifyWriteFailure } from '../store/outcome.ts'
import {
  answerStatement,
  BATCH_KEY,
  drainStatements,
  duplicatesStatement,
  quarantineStatements,
  voidStatement,
} from './drain-statements.ts'
import { type LogRow, messageIdOf } from './log-entry.ts'

const NOW = Date.UTC(2026, 10, 22)
const OBJECT = 'demo:local:0'

let file: WorkspaceFile
let store: Client

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
})

afterEach(() => file.remove())

let seq = 0

function eventRow(messageId: string, over: Partial<CapturedEvent> = {}): LogRow {
  const {
    messageId: _,
    type,
    ...rest
  } = capturedEvent({
    type: 'track',
    name: 'Clicked',
    receivedAt: NOW - 5_000,
    verified: true,
    ...over,
  })
  // Capture writes these two first.
  const body = JSON.stringify({ messageId, type, ...rest })
  return { seq: ++seq, kind: 'event', receivedAt: NOW - 5_000, body }
}

const verdictRow = (messageId: string): LogRow => ({
  seq: ++seq,
  kind: 'verdict',
  receivedAt: NOW - 5_000,
  body: JSON.stringify({
    messageId,
    verdict: 'rejected',
    reason: 'too_large',
    detail: 'The event exceeds 32 KB.',
    type: 'track',
    name: null,
    receivedAt: NOW - 5_000,
  }),
})

async function drain(batchSeq: number, rows: LogRow[], object = OBJECT) {
  const results = await store.batch(drainStatements(object, batchSeq, rows, NOW), 'write')
  return results.at(-1)?.rows[0]
}

const count = async (table: string) =>
  Number((await store.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)

describe('the write of one batch', () => {
  test('events arrive whole, in the order of the log, with odd texts as they were', async () => {
    const odd = { quote: `"'\\`, 'a.b': [1, null], $path: '👩‍🚀', nul: 'a\u0000b' }
    const rows = [
      eventRow('m2', { properties: odd, title: 'pipe|"and\nnewline', bot: true }),
      eventRow('m1', { type: 'page', name: null, visitorId: null, anonymousId: null }),
    ]
    expect(await drain(1, rows)).toMatchObject({ events: 2, stored: 2 })
    const { rows: stored } = await store.execute('SELECT * FROM events ORDER BY ingest_seq')
    expect(stored.map((row) => row.message_id)).toEqual(['m2', 'm1'])
    expect(stored[0]).toMatchObject({ title: 'pipe|"and\nnewline', bot: 1, verified: 1 })
    expect(JSON.parse(String(stored[0]?.properties))).toEqual(odd)
    expect(stored[1]).toMatchObject({ type: 'page', name: null, visitor_id: null, bot: 0 })
  })

  test('a repeat fails as a whole by its own key, and the first answer can be read again', async () => {
    const rows = [eventRow('m1'), verdictRow('m2')]
    const answer = await drain(1, rows)
    const failure = await drain(1, rows).catch((error: unknown) =>
      classifyWriteFailure(error, BATCH_KEY),
    )
    expect(failure).toMatchObject({ kind: 'already_applied' })
    expect([await count('events'), await count('verdicts')]).toEqual([1, 1])
    expect((await store.execute(answerStatement(OBJECT, 1))).rows[0]).toEqual(answer)
  })

  test('what another object stored counts as a duplicate, with a verdict of the time it arrived', async () => {
    await drain(1, [eventRow('first'), eventRow('second')], 'demo:local:1')
    const rows = [eventRow('new'), eventRow('second', { name: 'Said otherwise' })]
    expect(await drain(1, rows)).toMatchObject({ events: 2, stored: 1 })
    const { rows: verdicts } = await store.execute('SELECT * FROM verdicts')
    expect(verdicts).toHaveLength(1)
    expect(verdicts[0]).toMatchObject({
      message_id: 'second',
      verdict: 'duplicate',
      name: 'Clicked',
      received_at: NOW - 5_000,
    })
  })

  test('which ones were duplicates can be asked later, with the same answer', async () => {
    await drain(1, [eventRow('second')], 'demo:local:1')
    const rows = [eventRow('new'), eventRow('second')]
    await drain(1, rows)
    await drain(2, [eventRow('third')], 'demo:local:1')
    const found = await store.execute(duplicatesStatement(OBJECT, 1, rows))
    expect(found.rows.map((row) => row.message_id)).toEqual(['second'])
  })

  test('a batch without duplicates leaves no verdicts', async () => {
    expect(await drain(1, [eventRow('m1'), eventRow('m2')])).toMatchObject({ events: 2, stored: 2 })
    expect(await count('verdicts')).toBe(0)
  })

  test('one refused row takes the whole batch back, its key included', async () => {
    const rows = [eventRow('m1'), { ...eventRow('m2'), body: '{"messageId":"m2","type":"track"}' }]
    const failure = await drain(1, rows).catch((error: unknown) =>
      classifyWriteFailure(error, BATCH_KEY),
    )
    expect(failure).toMatchObject({ kind: 'refused_data' })
    expect([await count('events'), await count('drained_batches')]).toEqual([0, 0])
  })
})

describe('giving a batch up', () => {
  test('a late twin of a voided batch finds the key taken and changes nothing', async () => {
    await store.execute(voidStatement(OBJECT, 1, NOW))
    await expect(drain(1, [eventRow('m1')])).rejects.toThrow(BATCH_KEY)
    expect(await count('events')).toBe(0)
    expect((await store.execute(answerStatement(OBJECT, 1))).rows[0]).toMatchObject({ stored: -1 })
  })

  test('a quarantined row keeps its body and reason, and its verdict names the event', async () => {
    const row = eventRow('bad', { name: 'Refused' })
    const results = await store.batch(
      quarantineStatements(OBJECT, 1, row, 'SQLITE_CONSTRAINT: no', NOW),
      'write',
    )
    expect(results.at(-1)?.rows[0]).toMatchObject({ events: 0, stored: 0 })
    expect((await store.execute('SELECT * FROM quarantine')).rows[0]).toMatchObject({
      object: OBJECT,
      log_seq: row.seq,
      body: row.body,
      error: 'SQLITE_CONSTRAINT: no',
    })
    expect((await store.execute('SELECT * FROM verdicts')).rows[0]).toMatchObject({
      message_id: 'bad',
      verdict: 'quarantined',
      name: 'Refused',
      received_at: row.receivedAt,
    })
  })

  test('text that cannot be stored as it is can still be quarantined', async () => {
    const lone = { ...eventRow('lone'), body: '{"messageId":"lone","type":"track","x":"\\ud800"}' }
    await store.batch(quarantineStatements(OBJECT, 1, lone, 'malformed', NOW), 'write')
    const raw = {
      ...eventRow('raw'),
      body: '{"messageId":"raw","type":"track","x":"\ud800\u0000"}',
    }
    await store.batch(quarantineStatements(OBJECT, 2, raw, 'malformed', NOW), 'write')
    expect(await count('quarantine')).toBe(2)
  })
})

describe('reading an id out of a body', () => {
  test.for(['plain', 'with "quotes"', '","type"', '\\', 'ü\n', ''])('the id %j', (messageId) => {
    expect(messageIdOf(eventRow(messageId))).toBe(messageId)
  })
})
