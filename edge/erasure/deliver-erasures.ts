import type { InStatement } from '@libsql/client/web'
import { within } from '../deadlines/within.ts'
import { STORE_NOW_MS } from '../projection/profile-refresh.ts'
import type { StoreClient } from '../store/client.ts'
import { type ErasureAnswer, type ErasureOrder, ErasurePayload } from './erasure-order.ts'

/** Objects told at once. */
const PAGE_ROWS = 16
/** An object may have to read its whole log; a late success is repeated harmlessly. */
const SEND_TIMEOUT_MS = 20_000
const RETRY_FIRST_MS = 250
/** Doubled with each attempt, at most so often: about 2 minutes. */
const MAX_DOUBLINGS = 9

const READ_DUE = `
SELECT id, subject, payload FROM outbox
WHERE kind = 'erasure' AND next_at <= ${STORE_NOW_MS} ORDER BY next_at, id LIMIT ${PAGE_ROWS}`

/** The epoch: a restored store gives the same ids to other jobs. */
const THIS = 'id = ? AND (SELECT epoch FROM store_meta) = ?'

/** The objects, as far as an erasure needs them. */
export interface ErasureTargets {
  /** Answers once what it did is on disk. */
  erase(object: string, order: ErasureOrder): Promise<ErasureAnswer>
}

/**
 * Tells one page of objects whom they must forget. Asked again until nothing is left there; then the
 * job goes, and with it whatever the object had on its way meanwhile.
 *
 * @param key of the workspace's subject hashes
 */
export async function deliverErasures(
  store: StoreClient,
  epoch: string,
  key: string,
  targets: ErasureTargets,
): Promise<void> {
  const { rows } = await store.execute(READ_DUE)
  const outcomes = await Promise.all(
    rows.map(async (row) => {
      const id = Number(row.id)
      const object = String(row.subject)
      let payload: ErasurePayload | null = null
      try {
        payload = ErasurePayload.parse(JSON.parse(String(row.payload)))
        const order = { ...payload, key, tombstones: new Map(payload.tombstones) }
        const answer = await within(SEND_TIMEOUT_MS, targets.erase(object, order))
        return { id, payload: { ...payload, rebuilt: answer.rebuilt }, answer }
      } catch (error) {
        const reason = String(error)
        console.warn(JSON.stringify({ event: 'erasure_waiting', object, reason }))
        return { id, payload, answer: null }
      }
    }),
  )
  for (const { id, payload, answer } of outcomes) {
    const statements =
      payload && answer?.kind === 'done'
        ? doneStatements(id, epoch, payload, answer.toldAt)
        : [waitStatement(id, epoch, payload)]
    await store.batch(statements, 'write')
  }
}

/**
 * What was scored before the object knew was scored on erased events; batches under way then have
 * arrived by now.
 */
function doneStatements(
  id: number,
  epoch: string,
  { erasureId, rebuilt, names, tombstones }: ErasurePayload,
  toldAt: number,
): InStatement[] {
  const scored = [JSON.stringify(rebuilt), toldAt]
  return [
    'UPDATE projector_cursor SET version = version + 1 WHERE id = 1',
    {
      sql: `DELETE FROM scores
            WHERE visitor_id IN (SELECT value FROM json_each(?)) AND scored_at <= ?`,
      args: scored,
    },
    {
      sql: `UPDATE visitors SET probability = NULL, points = NULL, grade = NULL, fit = NULL,
              engagement = NULL, reasons = NULL, model_version = NULL, calibrated = NULL, scored_at = NULL,
              version = (SELECT version FROM projector_cursor)
            WHERE visitor_id IN (SELECT value FROM json_each(?)) AND scored_at <= ?`,
      args: scored,
    },
    {
      // A batch under way may have held a row that the store then refused.
      sql: `DELETE FROM quarantine WHERE json_valid(body) AND body ->> '$.occurredAt' <= ?2
            AND EXISTS (SELECT 1 FROM json_each(?1) n WHERE instr(lower(body), '"' || n.value || '"'))`,
      args: [
        JSON.stringify(names ?? []),
        Math.max(0, ...tombstones.map(([, erasedAt]) => erasedAt)),
      ],
    },
    { sql: `DELETE FROM outbox WHERE ${THIS}`, args: [id, epoch] },
    {
      sql: `UPDATE erasures SET finished_at = ${STORE_NOW_MS}
            WHERE erasure_id = ?1 AND finished_at IS NULL AND NOT EXISTS (
              SELECT 1 FROM outbox WHERE kind = 'erasure' AND payload ->> '$.erasureId' = ?1)`,
      args: [erasureId],
    },
  ]
}

/** @param payload with what the object added to it; null leaves the job as it is */
function waitStatement(id: number, epoch: string, payload: ErasurePayload | null): InStatement {
  return {
    sql: `UPDATE outbox SET attempts = attempts + 1, payload = coalesce(?, payload),
            next_at = ${STORE_NOW_MS} + (${RETRY_FIRST_MS} << min(attempts, ${MAX_DOUBLINGS}))
          WHERE ${THIS}`,
    args: [payload && JSON.stringify(payload), id, epoch],
  }
}
