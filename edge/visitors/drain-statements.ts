import type { InStatement } from '@libsql/client/web'
import { type LogRow, messageIdOf } from './log-entry.ts'

/** How the store names the key that a repeat of a batch violates. */
export const BATCH_KEY = 'drained_batches.object'

/** Marks a batch that was given up and split: a late twin of it must find its key taken. */
const VOID = -1

/** Columns of `events` and the keys of the CapturedEvent that they hold. */
export const EVENT_COLUMNS = {
  message_id: 'messageId',
  type: 'type',
  name: 'name',
  visitor_id: 'visitorId',
  anonymous_id: 'anonymousId',
  user_id: 'userId',
  previous_id: 'previousId',
  group_id: 'groupId',
  occurred_at: 'occurredAt',
  received_at: 'receivedAt',
  bot: 'bot',
  verified: 'verified',
  channel: 'channel',
  source: 'source',
  medium: 'medium',
  campaign: 'campaign',
  referrer_host: 'referrerHost',
  country: 'country',
  url: 'url',
  path: 'path',
  title: 'title',
  properties: 'properties',
  traits: 'traits',
  context: 'context',
}

const INSERT_EVENTS = `
INSERT INTO events (${Object.keys(EVENT_COLUMNS).join(', ')})
SELECT ${Object.values(EVENT_COLUMNS)
  .map((key) => `value ->> '$.${key}'`)
  .join(', ')}
FROM json_each(?) WHERE true ORDER BY key
ON CONFLICT (message_id) DO NOTHING`

const INSERT_VERDICTS = `
INSERT INTO verdicts (message_id, verdict, reason, detail, type, name, received_at)
SELECT value ->> '$.messageId', value ->> '$.verdict', value ->> '$.reason', value ->> '$.detail',
       value ->> '$.type', value ->> '$.name', value ->> '$.receivedAt'
FROM json_each(?) ORDER BY key`

const INSERT_SCORES = `
INSERT INTO scores (visitor_id, scored_at, model_version, calibrated, probability, points, grade, fit, engagement, reasons, features, shadows)
SELECT value ->> '$.visitorId', value ->> '$.scoredAt', value ->> '$.modelVersion', value ->> '$.calibrated',
       value ->> '$.probability', value ->> '$.points', value ->> '$.grade', value ->> '$.fit',
       value ->> '$.engagement', value ->> '$.reasons', value ->> '$.features',
       coalesce(value ->> '$.shadows', '[]')
FROM json_each(?) ORDER BY key`

const DUPLICATE_IDS = `
SELECT e.message_id FROM json_each(?) j JOIN events e ON e.message_id = j.value
WHERE e.ingest_seq <= (SELECT base_ingest_seq FROM drained_batches WHERE object = ? AND seq = ?)`

/**
 * One frozen batch as one atomic write. Its first statement takes the batch's own key, so that a
 * repeat fails as a whole; its last reads the stored answer. An event that another object stored
 * already counts as a duplicate and leaves a verdict.
 */
export function drainStatements(
  object: string,
  batchSeq: number,
  rows: readonly LogRow[],
  now: number,
): InStatement[] {
  const events = rows.filter((row) => row.kind === 'event')
  const verdicts = rows.filter((row) => row.kind === 'verdict')
  const scores = rows.filter((row) => row.kind === 'score')
  const statements: InStatement[] = [
    {
      sql: `INSERT INTO drained_batches (object, seq, events, stored, base_ingest_seq, applied_at)
            VALUES (?, ?, ?, 0, (SELECT coalesce(max(ingest_seq), 0) FROM events), ?)`,
      args: [object, batchSeq, events.length, now],
    },
  ]
  if (events.length > 0) {
    const arrivals = events.map((row) => [messageIdOf(row), row.receivedAt])
    statements.push(
      { sql: INSERT_EVENTS, args: [jsonArray(events)] },
      {
        sql: 'UPDATE drained_batches SET stored = changes() WHERE object = ? AND seq = ?',
        args: [object, batchSeq],
      },
      {
        // The constant first term ends the scan at once in the usual case of no duplicates.
        sql: `INSERT INTO verdicts (message_id, verdict, type, name, received_at)
              SELECT e.message_id, 'duplicate', e.type, e.name, j.value ->> 1
              FROM json_each(?) j JOIN events e ON e.message_id = j.value ->> 0
              WHERE (SELECT stored < events FROM drained_batches WHERE object = ? AND seq = ?)
                AND e.ingest_seq <= (SELECT base_ingest_seq FROM drained_batches WHERE object = ? AND seq = ?)`,
        args: [JSON.stringify(arrivals), object, batchSeq, object, batchSeq],
      },
    )
  }
  if (verdicts.length > 0) statements.push({ sql: INSERT_VERDICTS, args: [jsonArray(verdicts)] })
  if (scores.length > 0) statements.push({ sql: INSERT_SCORES, args: [jsonArray(scores)] })
  statements.push(answerStatement(object, batchSeq))
  return statements
}

export function answerStatement(object: string, batchSeq: number): InStatement {
  return {
    sql: `SELECT events, stored, (SELECT epoch FROM store_meta) AS epoch
          FROM drained_batches WHERE object = ? AND seq = ?`,
    args: [object, batchSeq],
  }
}

/** Which of a batch's events were in the store before it: the same answer however late it is asked. */
export function duplicatesStatement(
  object: string,
  batchSeq: number,
  rows: readonly LogRow[],
): InStatement {
  const events = rows.filter((row) => row.kind === 'event')
  return { sql: DUPLICATE_IDS, args: [JSON.stringify(events.map(messageIdOf)), object, batchSeq] }
}

/** Takes a batch's key without its content, so that its split halves can never meet a late twin. */
export function voidStatement(object: string, batchSeq: number, now: number): InStatement {
  return {
    sql: `INSERT INTO drained_batches (object, seq, events, stored, base_ingest_seq, applied_at)
          VALUES (?, ?, 0, ${VOID}, 0, ?)`,
    args: [object, batchSeq, now],
  }
}

/** Keeps a row that the store refuses for good, with the reason, where a person can find it. */
export function quarantineStatements(
  object: string,
  batchSeq: number,
  row: LogRow,
  error: string,
  now: number,
): InStatement[] {
  const verdict = JSON.stringify([
    {
      ...subjectOf(row),
      verdict: 'quarantined',
      reason: 'store_refused',
      detail: error.slice(0, 300),
      receivedAt: row.receivedAt,
    },
  ])
  return [
    {
      sql: `INSERT INTO drained_batches (object, seq, events, stored, base_ingest_seq, applied_at)
            VALUES (?, ?, 0, 0, 0, ?)`,
      args: [object, batchSeq, now],
    },
    {
      sql: 'INSERT INTO quarantine (object, log_seq, body, error, quarantined_at) VALUES (?, ?, ?, ?, ?)',
      args: [object, row.seq, storable(row.body), error.slice(0, 1000), now],
    },
    { sql: INSERT_VERDICTS, args: [verdict] },
    answerStatement(object, batchSeq),
  ]
}

/** What is quarantined must not be refused for the same reason again. */
function storable(body: string): string {
  return body
    .replaceAll(/\\ud[89a-f][0-9a-f]{2}/gi, '\\ufffd')
    .replaceAll('\0', '')
    .toWellFormed()
}

function subjectOf(row: LogRow): { messageId: string; type: string | null; name: string | null } {
  try {
    const { messageId, type, name } = JSON.parse(row.body)
    return {
      messageId: String(messageId ?? `log:${row.seq}`),
      type: type ?? null,
      name: name ?? null,
    }
  } catch {
    return { messageId: `log:${row.seq}`, type: null, name: null }
  }
}

function jsonArray(rows: readonly LogRow[]): string {
  return `[${rows.map((row) => row.body).join(',')}]`
}
