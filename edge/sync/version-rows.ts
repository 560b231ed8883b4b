import type { ErasureFact, PersonFact, VisitorFact } from '#shared/sync/protocol.ts'
import type { StoreClient } from '../store/client.ts'
import { erasureLog, persons, visitors } from '../store/workspace-schema.ts'
import { erasureOf, personOf, readRow, visitorOf } from './facts.ts'
import { inSmallerReads } from './smaller-reads.ts'

export interface Derived {
  visitors: VisitorFact[]
  persons: PersonFact[]
  erasures: ErasureFact[]
}

/** However small a page the replica asked for: less would only cost round trips. */
const READ_ROWS = 1_000

/**
 * Every visitor, person and erasure that one batch of the projector wrote last, in several reads. Rows that are
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
    erasures: (await readAll(store, 'erasure_log', 'log_seq', version)).map((row) =>
      erasureOf(readRow(erasureLog, row)),
    ),
  }
}

type Rows = Awaited<ReturnType<StoreClient['execute']>>['rows']

async function readAll(
  store: StoreClient,
  table: 'visitors' | 'persons' | 'erasure_log',
  key: 'visitor_id' | 'person_id' | 'log_seq',
  version: number,
): Promise<Rows> {
  const rows: Rows = []
  let after: string | number = table === 'erasure_log' ? 0 : ''
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
    const last = page.rows.at(-1)?.[key]
    after = typeof last === 'number' ? last : String(last)
  }
}
