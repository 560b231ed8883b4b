import { z } from 'zod'
import type { StoreClient } from '../store/client.ts'
import type { ErasedNodes } from './concerned-events.ts'

/** Quarantined bodies that name an erased person; few, so they are all looked at. */
export async function readQuarantineOf(store: StoreClient, nodes: ErasedNodes): Promise<number[]> {
  const { rows } = await store.execute('SELECT id, body FROM quarantine')
  return rows.flatMap(({ id, body }) => (names(String(body), nodes) ? [Number(id)] : []))
}

const Body = z.looseObject({ occurredAt: z.number() })

/** By text and not by field: what the store refused may be of any shape. */
function names(body: string, nodes: ErasedNodes): boolean {
  const text = body.toLowerCase()
  const at = occurredAt(body)
  return [...nodes].some(([node, erasedAt]) => {
    const id = JSON.stringify(node.slice(2)).slice(1, -1).toLowerCase()
    return at <= erasedAt && text.includes(`"${id}"`)
  })
}

/** Something unreadable counts as old: better lost than kept. */
function occurredAt(body: string): number {
  try {
    return Body.parse(JSON.parse(body)).occurredAt
  } catch {
    return Number.NEGATIVE_INFINITY
  }
}
