import { getTableColumns, type InferSelectModel } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import {
  ErasureFact,
  EventFact,
  PersonFact,
  SlotEntity,
  VerdictFact,
  VisitorFact,
} from '#shared/sync/protocol.ts'
import type {
  erasureLog,
  events,
  persons,
  slots,
  verdicts,
  visitors,
} from '../store/workspace-schema.ts'

type StoredEvent = InferSelectModel<typeof events>
type StoredVisitor = InferSelectModel<typeof visitors>

/** What a hand-written SELECT gave, as drizzle would read it; columns not asked for stay absent. */
export function readRow<T extends SQLiteTable>(
  table: T,
  row: Record<string, unknown>,
): InferSelectModel<T> {
  const read = Object.entries(getTableColumns(table)).flatMap(([key, column]) => {
    const value = row[column.name]
    if (value === undefined) return []
    return [[key, value === null ? null : column.mapFromDriverValue(value)]]
  })
  return Object.fromEntries(read) as InferSelectModel<T>
}

export function slotOf({ definition, ...slot }: InferSelectModel<typeof slots>): SlotEntity {
  return SlotEntity.parse({ ...slot, variants: definition.variants })
}

/** Strips what stays in the store: traits, context, identifiers. */
export function eventOf(event: Omit<StoredEvent, 'traits' | 'context'>): EventFact {
  return EventFact.parse({ ...event, properties: event.properties ?? {} })
}

export function verdictOf(verdict: InferSelectModel<typeof verdicts>): VerdictFact {
  return VerdictFact.parse(verdict)
}

export function visitorOf(visitor: StoredVisitor): VisitorFact {
  return VisitorFact.parse({ ...visitor, reasons: visitor.reasons ?? [] })
}

export function personOf(person: InferSelectModel<typeof persons>): PersonFact {
  return PersonFact.parse(person)
}

export function erasureOf(entry: InferSelectModel<typeof erasureLog>): ErasureFact {
  return ErasureFact.parse(entry)
}
