import type { InStatement } from '@libsql/client/web'
import type { Tombstones } from '#shared/erasure/tombstones.ts'
import type { ProjectedEvent } from '../projection/projected-event.ts'
import type { RollupCell } from '../projection/rollups.ts'
import { hourOf } from '../visitors/ledger.ts'

/** Rows that an erasure deletes, by their keys. */
export interface Forgotten {
  events: readonly ProjectedEvent[]
  /** Their visitors: rows, sessions and scores go, those with remaining events are written anew. */
  visitorIds: readonly string[]
  visitorDays: readonly { day: string; visitorId: string }[]
  linkIds: readonly string[]
  /** Of these, the ones that no remaining event says: a person's decision about them goes too. */
  unsaidLinkIds: readonly string[]
  accountIds: readonly string[]
  traitNodes: readonly string[]
  personIds: readonly string[]
  quarantineIds: readonly number[]
  /** What replicas are told. */
  log: readonly { kind: string; ref: string }[]
  version: number
}

const VALUES = '(SELECT value FROM json_each(?1))'

const COUNT_ERASED = `
INSERT INTO erased_events (hour, events) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
ON CONFLICT (hour) DO UPDATE SET events = events + excluded.events`

/** Deletes before anything is derived anew; each row by its key, so that the size of the store does not matter. */
export function forgetStatements(forgotten: Forgotten): InStatement[] {
  const statements: InStatement[] = []
  const each = (sql: string, items: readonly unknown[], ...args: number[]) => {
    if (items.length > 0) statements.push({ sql, args: [JSON.stringify(items), ...args] })
  }
  each(
    `DELETE FROM events WHERE ingest_seq IN ${VALUES}`,
    forgotten.events.map(({ ingestSeq }) => ingestSeq),
  )
  each(COUNT_ERASED, [...countByHour(forgotten.events)])
  each(`DELETE FROM visitors WHERE visitor_id IN ${VALUES}`, forgotten.visitorIds)
  each(`DELETE FROM sessions WHERE visitor_id IN ${VALUES}`, forgotten.visitorIds)
  each(`DELETE FROM scores WHERE visitor_id IN ${VALUES}`, forgotten.visitorIds)
  each(
    `DELETE FROM outbox WHERE kind = 'profile_refresh' AND subject IN ${VALUES}`,
    forgotten.visitorIds,
  )
  each(
    `DELETE FROM visitor_days WHERE (day, visitor_id) IN (
       SELECT value ->> '$.day', value ->> '$.visitorId' FROM json_each(?1))`,
    forgotten.visitorDays,
  )
  each(`DELETE FROM identity_links WHERE link_id IN ${VALUES}`, forgotten.linkIds)
  each(`DELETE FROM identity_undos WHERE link_id IN ${VALUES}`, forgotten.unsaidLinkIds)
  each(`DELETE FROM node_traits WHERE node IN ${VALUES}`, forgotten.traitNodes)
  each(`DELETE FROM trait_changes WHERE node IN ${VALUES}`, forgotten.traitNodes)
  each(`DELETE FROM persons WHERE person_id IN ${VALUES}`, forgotten.personIds)
  each(`DELETE FROM quarantine WHERE id IN ${VALUES}`, forgotten.quarantineIds)
  each(
    `DELETE FROM accounts WHERE account_id IN ${VALUES}
       AND NOT EXISTS (SELECT 1 FROM identity_links WHERE other = 'g:' || account_id AND kind = 'group')`,
    forgotten.accountIds,
  )
  each(
    `INSERT INTO erasure_log (version, kind, ref)
     SELECT ?2, value ->> '$.kind', value ->> '$.ref' FROM json_each(?1)`,
    forgotten.log,
    forgotten.version,
  )
  return statements
}

/** Cells that an erasure brought down to nothing would not be there if their events had never been. */
export function emptyRollupsStatement(cells: readonly RollupCell[]): InStatement {
  return {
    sql: `DELETE FROM rollups WHERE events = 0 AND (bucket_at, dimension, value, bot) IN (
            SELECT value ->> '$.bucketAt', value ->> '$.dimension', value ->> '$.value', value ->> '$.bot'
            FROM json_each(?))`,
    args: [JSON.stringify(cells)],
  }
}

/** @returns how many events by hour of arrival (Unix milliseconds) */
function countByHour(events: readonly ProjectedEvent[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { receivedAt } of events) {
    const hour = hourOf(receivedAt)
    counts.set(hour, (counts.get(hour) ?? 0) + 1)
  }
  return counts
}

/** Late events of erased persons go together with the cursor that passes them; nobody was told of them. */
export function dropLateStatements(events: readonly ProjectedEvent[]): InStatement[] {
  return forgetStatements({
    events,
    visitorIds: [],
    visitorDays: [],
    linkIds: [],
    unsaidLinkIds: [],
    accountIds: [],
    traitNodes: [],
    personIds: [],
    quarantineIds: [],
    log: [],
    version: 0,
  })
}

export function tombstoneStatement(tombstones: Tombstones): InStatement {
  return {
    sql: `INSERT INTO tombstones (subject_hash, erased_at)
          SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
          ON CONFLICT (subject_hash) DO UPDATE SET erased_at = max(erased_at, excluded.erased_at)`,
    args: [JSON.stringify([...tombstones])],
  }
}
