import { z } from 'zod'
import type { StoreClient } from '../store/client.ts'
import type { ErasedNodes } from './concerned-events.ts'

/** The store answers with at most 10 MB, and a body may take 64 KB in escapes. */
const BODIES_PER_READ = 100

/** Quarantined bodies that name an erased person; few are ever quarantined, so all are looked at. */
export async function readQuarantineOf(store: StoreClient, nodes: ErasedNodes): Promise<number[]> {
  const found: number[] = []
  let after = 0
  for (;;) {
    const { rows } = await store.execute({
      sql: 'SELECT id, body FROM quarantine WHERE id > ? ORDER BY id LIMIT ?',
      args: [after, BODIES_PER_READ],
    })
    for (const { id, body } of rows) if (names(String(body), nodes)) found.push(Number(id))
    const last = rows.at(-1)
    if (!last) return found
    after = Number(last.id)
  }
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
