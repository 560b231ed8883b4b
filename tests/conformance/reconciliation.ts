import { expect } from 'vitest'
import { EdgeClient, waitFor } from '#tests/platform/edge-client.ts'
import type { TestWorkspace } from '#tests/platform/faulty-platform.ts'
import type { RecordedCall, RecordingProxy } from './recording-proxy.ts'

const DELIVERY_TIMEOUT_MS = 30_000

export interface Reconciled {
  /** Message ids in the store, in the order of storing. */
  stored: string[]
  /** Message ids of the duplicate verdicts, in order. */
  duplicates: string[]
}

/**
 * Compares what a client sent with what the store has, once the client knows it all delivered: no event
 * lost, none twice, every repeat visible as a verdict, and the books add up.
 *
 * @param events how many distinct events the client was asked to send, itself adding none
 */
export async function reconcile(
  workspace: TestWorkspace,
  proxy: RecordingProxy,
  events: number,
): Promise<Reconciled> {
  const sent = () => new Set(proxy.calls.flatMap((call) => call.messageIds))
  const idsWhere = (holds: (call: RecordedCall) => boolean) =>
    proxy.calls.filter(holds).flatMap((call) => call.messageIds)
  await waitFor(
    () => new Set(idsWhere((call) => call.clientStatus === 200)).size >= events,
    DELIVERY_TIMEOUT_MS,
    () => `${events} events to be acknowledged; seen: ${JSON.stringify(proxy.calls)}`,
  )
  const client = new EdgeClient(workspace.target)
  await client.settled()
  const arrivals = idsWhere((call) => call.edgeStatus === 200)
  const stored = await columnOf(workspace, 'SELECT message_id FROM events ORDER BY ingest_seq')
  const duplicates = await columnOf(
    workspace,
    `SELECT message_id FROM verdicts WHERE verdict = 'duplicate' ORDER BY verdict_seq`,
  )
  expect(stored).toHaveLength(events)
  expect(new Set(stored)).toEqual(sent())
  expect(duplicates.toSorted()).toEqual(repeatsOf(arrivals).toSorted())
  expect(await client.books()).toEqual({
    received: arrivals.length,
    stored: events,
    duplicate: duplicates.length,
    rejected: 0,
    quarantined: 0,
    pending: 0,
  })
  return { stored, duplicates }
}

/** Every occurrence but the first. */
function repeatsOf(ids: readonly string[]): string[] {
  const seen = new Set<string>()
  return ids.filter((id) => seen.has(id) || !seen.add(id))
}

async function columnOf({ store }: TestWorkspace, sql: string): Promise<string[]> {
  const { rows } = await store.execute(sql)
  return rows.map((row) => String(row.message_id))
}
