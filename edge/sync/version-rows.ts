import type { PersonFact, VisitorFact } from '#shared/sync/protocol.ts'
import type { StoreClient } from '../store/client.ts'
import { persons, visitors } from '../store/workspace-schema.ts'
import { personOf, readRow, visitorOf } from './facts.ts'
import { inSmallerReads } from './smaller-reads.ts'

export interface Derived {
  visitors: VisitorFact[]
  persons: PersonFact[]
}

/** However small a page the replica asked for: less would only cost round trips. */
const READ_ROWS = 1_000

/**
 * Every visitor and person that one batch of the projector wrote last, in several reads. Rows that are
 * written again between two of them leave the version, and come with their new one.
 *
 * @throws what the store throws
 */
export async function rowsOfVersion(store: StoreClient, version: number): Promise<Derived> {
  return {
    visitors: (await readAll(store, 'visitors', 'visitor_id', version)).map((row) =>
      visitorOf(readRow(visitors, row)),
    ),
    persons: (await readAll(store, 'persons', 'person_id', version)).map((row) =>
      personOf(readRow(persons, row)),
    ),
  }
}

type Rows = Awaited<ReturnType<StoreClient['execute']>>['rows']

async function readAll(
  store: StoreClient,
  table: 'visitors' | 'persons',
  key: 'visitor_id' | 'person_id',
  version: number,
): Promise<Rows> {
  const rows: Rows = []
  let after = ''
  for (;;) {
    const page = await inSmallerReads(READ_ROWS, async (limit) => {
      const found = await store.execute({
        sql: `SELECT * FROM ${table} WHERE version = ? AND ${key} > ? ORDER BY ${key} LIMIT ?`,
        args: [version, after, limit],
      })
      return { rows: found.rows, isLast: found.rows.length < limit }
    })
    rows.push(...page.rows)
    if (page.isLast) return rows
    after = String(page.rows.at(-1)?.[key])
  }
}
