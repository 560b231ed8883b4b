import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The control database as migrations/control makes it, for typed queries. The migrations decide;
 * schema.test.ts fails where this says something else. (STRICT and CHECK are theirs alone.)
 */
export const workspaces = sqliteTable('workspaces', {
  id: text().primaryKey(),
  name: text().notNull(),
  timezone: text().notNull().default('UTC'),
  region: text().notNull(),
  buckets: integer().notNull(),
  honourGpc: integer('honour_gpc', { mode: 'boolean' }).notNull().default(true),
  createdAt: integer('created_at').notNull(),
})

export const databases = sqliteTable('databases', {
  workspaceId: text('workspace_id')
    .primaryKey()
    .references(() => workspaces.id),
  url: text().notNull(),
  schemaVersion: integer('schema_version').notNull(),
})

export const apiKeys = sqliteTable(
  'api_keys',
  {
    keyHash: text('key_hash').primaryKey(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    kind: text({ enum: ['write', 'secret'] }).notNull(),
    prefix: text().notNull(),
    name: text().notNull(),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
    permissions: text(),
    createdBy: text('created_by'),
    allowedOrigins: text('allowed_origins'),
  },
  (table) => [index('api_keys_workspace').on(table.workspaceId)],
)

export const sites = sqliteTable('sites', {
  host: text().primaryKey(),
  workspaceId: text('workspace_id')
    .notNull()
    .references(() => workspaces.id),
  origin: text().notNull(),
})

export const tombstoneKeys = sqliteTable('tombstone_keys', {
  workspaceId: text('workspace_id')
    .primaryKey()
    .references(() => workspaces.id),
  key: text().notNull(),
})

export const tombstones = sqliteTable(
  'tombstones',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    subjectHash: text('subject_hash').notNull(),
    erasedAt: integer('erased_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.subjectHash] })],
)

export const workspaceQuotas = sqliteTable('workspace_quotas', {
  workspaceId: text('workspace_id')
    .primaryKey()
    .references(() => workspaces.id),
  decisionsPerMinute: integer('decisions_per_minute'),
  chatTokensPerDay: integer('chat_tokens_per_day'),
})
