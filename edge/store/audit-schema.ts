import { index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'

/** The audit log in a workspace's database: docs/decisions/0015. As workspace-schema.ts. */
export const auditEntries = sqliteTable(
  'audit_entries',
  {
    seq: integer().primaryKey(),
    id: text().notNull(),
    at: integer().notNull(),
    action: text().notNull(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    sessionId: text('session_id'),
    subjectKind: text('subject_kind').notNull(),
    subjectId: text('subject_id').notNull(),
    country: text(),
    client: text(),
    valuesHash: text('values_hash'),
    prevHash: text('prev_hash').notNull(),
    hash: text().notNull(),
  },
  (table) => [
    unique().on(table.id),
    index('audit_entries_at').on(table.at),
    index('audit_entries_action').on(table.action, table.at),
    index('audit_entries_actor').on(table.actorId, table.at),
    index('audit_entries_subject').on(table.subjectId, table.at),
  ],
)

export const auditValues = sqliteTable('audit_values', {
  seq: integer().primaryKey(),
  salt: text().notNull(),
  reason: text(),
  before: text().notNull(),
  after: text().notNull(),
})

export const auditPending = sqliteTable('audit_pending', {
  pendingSeq: integer('pending_seq').primaryKey({ autoIncrement: true }),
  entry: text().notNull(),
  values: text(),
})
