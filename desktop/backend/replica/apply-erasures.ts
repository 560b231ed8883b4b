import type { Transaction } from '@electric-sql/pglite'
import { personSubject, subjectHash, visitorSubject } from '#shared/erasure/subject-hash.ts'
import type { ErasureFact } from '#shared/sync/protocol.ts'
import { EVENT_KIND } from './raw-window.ts'
import { storableJson } from './storable-text.ts'

/**
 * Drops what the store no longer has. Visitors and persons are named by keyed hashes, so every row's own
 * is computed; rows of the erasure's version or later are of somebody who came back, and stay.
 *
 * @param touched gains the leads that lost something
 */
export const applyErasures = async (
  tx: Transaction,
  erasures: ErasureFact[],
  key: string | null,
  touched: Set<string>,
): Promise<void> => {
  const refs = (kind: ErasureFact['kind']) => erasures.filter((erasure) => erasure.kind === kind)
  await dropEvents(tx, refs('event'))
  if (key === null) return
  const hashOf = subjectHash(key)
  const visitorIds = await erasedIds(tx, 'visitors', refs('visitor'), (id) =>
    hashOf(visitorSubject(id)),
  )
  const personIds = await erasedIds(tx, 'persons', refs('person'), (id) =>
    hashOf(personSubject(id)),
  )
  const { rows } = await tx.query<{ lead_key: string }>(
    `delete from visitors where visitor_id in (select jsonb_array_elements_text($1::jsonb))
      returning lead_key`,
    [storableJson(visitorIds)],
  )
  for (const { lead_key } of rows) touched.add(lead_key)
  await tx.query(
    'delete from persons where person_id in (select jsonb_array_elements_text($1::jsonb))',
    [storableJson(personIds)],
  )
  for (const id of personIds) touched.add(`p:${id}`)
}

const dropEvents = async (tx: Transaction, events: ErasureFact[]): Promise<void> => {
  if (events.length === 0) return
  await tx.query(
    `delete from stream where kind = $1
      and seq in (select value::bigint from jsonb_array_elements_text($2::jsonb) as e (value))`,
    [EVENT_KIND, storableJson(events.map(({ ref }) => ref))],
  )
}

const ID_COLUMNS = { visitors: 'visitor_id', persons: 'person_id' } as const

const erasedIds = async (
  tx: Transaction,
  table: keyof typeof ID_COLUMNS,
  erasures: ErasureFact[],
  hashOf: (id: string) => string,
): Promise<string[]> => {
  if (erasures.length === 0) return []
  const erasedAt = new Map<string, number>()
  for (const { ref, version } of erasures) {
    erasedAt.set(ref, Math.max(version, erasedAt.get(ref) ?? version))
  }
  const { rows } = await tx.query<{ id: string; version: number }>(
    `select ${ID_COLUMNS[table]} as id, version from ${table}`,
  )
  return rows.flatMap(({ id, version }) => (version < (erasedAt.get(hashOf(id)) ?? 0) ? [id] : []))
}
