import type { Client } from '@libsql/client'
import { expect } from 'vitest'
import type { Books, EdgeClient } from '#tests/platform/edge-client.ts'
import type { LoadRecord } from './load.ts'

type Hour = Books & { hour: number }

const BOOKED_HOURS = 168

const ROWS_BY_HOUR = `
SELECT received_at / 3600000 * 3600000 AS hour, verdict, sum(events) AS n FROM (
  SELECT received_at, 'stored' AS verdict, 1 AS events FROM events
  UNION ALL SELECT hour, 'stored', events FROM erased_events
  UNION ALL SELECT received_at, verdict, 1 FROM verdicts
) GROUP BY hour, verdict`

/** The books balance in every hour, nothing is pending, and they say what the store's rows say. */
export async function expectBooksMatchStore(client: EdgeClient, store: Client): Promise<Books> {
  const { hours, total } = await client.get<{ hours: Hour[]; total: Books }>(
    `/api/v1/ingest/stats?hours=${BOOKED_HOURS}`,
  )
  const counted = new Map<number, Record<string, number>>()
  for (const row of (await store.execute(ROWS_BY_HOUR)).rows) {
    const hour = counted.get(Number(row.hour)) ?? {}
    counted.set(Number(row.hour), { ...hour, [String(row.verdict)]: Number(row.n) })
  }
  for (const { hour, received, stored, duplicate, rejected, quarantined, pending } of hours) {
    const at = new Date(hour).toISOString()
    expect(stored + duplicate + rejected + quarantined + pending, `sum of ${at}`).toBe(received)
    expect(pending, `pending of ${at}`).toBe(0)
    const none = { stored: 0, duplicate: 0, rejected: 0, quarantined: 0 }
    expect({ stored, duplicate, rejected, quarantined }, `rows of ${at}`).toEqual({
      ...none,
      ...counted.get(hour),
    })
  }
  const booked = new Set(hours.map(({ hour }) => hour))
  expect([...counted.keys()].filter((hour) => !booked.has(hour))).toEqual([])
  return total
}

/** Every acknowledged id is stored, once; nothing is stored that was not sent. */
export async function expectAcknowledgedStoredOnce(
  store: Client,
  record: LoadRecord,
): Promise<void> {
  const { rows } = await store.execute('SELECT message_id FROM events')
  const stored = rows.map((row) => String(row.message_id))
  const distinct = new Set(stored)
  expect(stored.length).toBe(distinct.size)
  expect([...record.acknowledged].filter((id) => !distinct.has(id))).toEqual([])
  expect(stored.filter((id) => !record.sent.has(id))).toEqual([])
}
