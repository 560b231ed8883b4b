import { within } from '../deadlines/within.ts'
import type { StoreClient } from '../store/client.ts'
import type { PersonRefresh } from '../visitors/vouched-persons.ts'
import { RefreshPayload, STORE_NOW_MS } from './profile-refresh.ts'

/** Bounded, so that projection goes on between two pages. */
const PAGE_ROWS = 500
/** An object that does not answer must not stop the projector; a late success is repeated harmlessly. */
const SEND_TIMEOUT_MS = 5_000
const RETRY_FIRST_MS = 1_000
/** Doubled with each attempt, at most so often: about 8.5 minutes. */
const MAX_DOUBLINGS = 9

const READ_DUE = `
SELECT id, subject, payload FROM outbox
WHERE kind = 'profile_refresh' AND next_at <= ${STORE_NOW_MS} ORDER BY next_at, id LIMIT ${PAGE_ROWS}`

/** The epoch: a restored store gives the same ids to other jobs. */
const THESE =
  'WHERE id IN (SELECT value FROM json_each(?1)) AND (SELECT epoch FROM store_meta) = ?2'

const DELETE_DELIVERED = `DELETE FROM outbox ${THESE}`

const WAIT_LONGER = `
UPDATE outbox SET attempts = attempts + 1,
  next_at = ${STORE_NOW_MS} + (${RETRY_FIRST_MS} << min(attempts, ${MAX_DOUBLINGS})) ${THESE}`

/** The visitors' objects, as far as a delivery needs them. */
export interface RefreshTargets {
  objectOf(visitorId: string): string
  /** Resolves once the object has them on disk. */
  send(object: string, refreshes: PersonRefresh[]): Promise<void>
}

/**
 * Delivers one page of due profile refreshes, oldest first, one call an object, and removes what was
 * taken. At least once: a lost answer delivers again, and the object keeps the latest version.
 */
export async function deliverRefreshes(
  store: StoreClient,
  epoch: string,
  targets: RefreshTargets,
  timeoutMs = SEND_TIMEOUT_MS,
): Promise<void> {
  const { rows } = await store.execute(READ_DUE)
  const failed: number[] = []
  const byObject = new Map<string, { id: number; refresh: PersonRefresh }[]>()
  for (const row of rows) {
    const id = Number(row.id)
    const visitorId = String(row.subject)
    const payload = RefreshPayload.safeParse(JSON.parse(String(row.payload)))
    if (!payload.success) {
      failed.push(id)
      continue
    }
    const job = { id, refresh: { visitorId, epoch, ...payload.data } }
    const object = targets.objectOf(visitorId)
    const jobs = byObject.get(object)
    if (jobs) jobs.push(job)
    else byObject.set(object, [job])
  }
  const delivered: number[] = []
  await Promise.all(
    [...byObject].map(async ([object, jobs]) => {
      const ids = jobs.map(({ id }) => id)
      try {
        const refreshes = jobs.map(({ refresh }) => refresh)
        await within(timeoutMs, targets.send(object, refreshes))
        delivered.push(...ids)
      } catch (error) {
        failed.push(...ids)
        const reason = String(error)
        console.warn(JSON.stringify({ event: 'profile_refresh_waiting', object, reason }))
      }
    }),
  )
  const statements = [
    { sql: DELETE_DELIVERED, ids: delivered },
    { sql: WAIT_LONGER, ids: failed },
  ].filter(({ ids }) => ids.length > 0)
  if (statements.length === 0) return
  await store.batch(
    statements.map(({ sql, ids }) => ({ sql, args: [JSON.stringify(ids), epoch] })),
    'write',
  )
}
