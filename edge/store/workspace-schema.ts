import { sql } from 'drizzle-orm'
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { DRIFT_KINDS } from '#shared/drift/finding.ts'
import type { WatchReport } from '#shared/drift/watch-report.ts'
import type { ModelManifest } from '#shared/scoring/manifest.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { MODEL_STAGES } from '#shared/scoring/rollout.ts'
import type { Reason, ShadowScore } from '#shared/scoring/score.ts'
import type { Slot } from '#shared/targeting/slot.ts'

/**
 * A workspace's database as migrations/workspace makes it, for typed queries. The migrations decide;
 * schema.test.ts fails where this says something else. (STRICT, WITHOUT ROWID, CHECK and the trigger
 * that guards the projector's cursor are theirs alone.) Times are Unix milliseconds.
 */
export const storeMeta = sqliteTable('store_meta', {
  id: integer().primaryKey(),
  epoch: text().notNull(),
  editVersion: integer('edit_version').notNull().default(0),
  replayedEpoch: text('replayed_epoch'),
})

export const events = sqliteTable(
  'events',
  {
    ingestSeq: integer('ingest_seq').primaryKey({ autoIncrement: true }),
    messageId: text('message_id').notNull(),
    type: text().notNull(),
    name: text(),
    visitorId: text('visitor_id'),
    anonymousId: text('anonymous_id'),
    userId: text('user_id'),
    previousId: text('previous_id'),
    groupId: text('group_id'),
    occurredAt: integer('occurred_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    bot: integer({ mode: 'boolean' }).notNull(),
    verified: integer({ mode: 'boolean' }).notNull(),
    channel: text().notNull(),
    source: text(),
    medium: text(),
    campaign: text(),
    referrerHost: text('referrer_host'),
    country: text(),
    url: text(),
    path: text(),
    title: text(),
    properties: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    traits: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    context: text({ mode: 'json' }).$type<Record<string, unknown>>(),
  },
  (table) => [
    uniqueIndex('events_message_id').on(table.messageId),
    index('events_visitor')
      .on(table.visitorId, table.occurredAt)
      .where(sql`${table.visitorId} IS NOT NULL`),
    index('events_name').on(table.name, table.ingestSeq).where(sql`${table.name} IS NOT NULL`),
    index('events_bot_naming')
      .on(table.ingestSeq)
      .where(sql`${table.bot} = 1 AND (${table.userId} IS NOT NULL OR ${table.type} = 'identify')`),
  ],
)

export const verdicts = sqliteTable(
  'verdicts',
  {
    verdictSeq: integer('verdict_seq').primaryKey({ autoIncrement: true }),
    messageId: text('message_id').notNull(),
    verdict: text({ enum: ['duplicate', 'rejected', 'quarantined'] }).notNull(),
    reason: text(),
    detail: text(),
    type: text(),
    name: text(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    index('verdicts_message_id').on(table.messageId),
    index('verdicts_received_at').on(table.receivedAt),
  ],
)

export const drainedBatches = sqliteTable(
  'drained_batches',
  {
    object: text().notNull(),
    seq: integer().notNull(),
    events: integer().notNull(),
    stored: integer().notNull(),
    baseIngestSeq: integer('base_ingest_seq').notNull(),
    appliedAt: integer('applied_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.object, table.seq] })],
)

export const quarantine = sqliteTable(
  'quarantine',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    object: text().notNull(),
    logSeq: integer('log_seq').notNull(),
    body: text().notNull(),
    error: text().notNull(),
    quarantinedAt: integer('quarantined_at').notNull(),
  },
  (table) => [unique().on(table.object, table.logSeq)],
)

export const tombstones = sqliteTable(
  'tombstones',
  {
    subjectHash: text('subject_hash').primaryKey(),
    erasedAt: integer('erased_at').notNull(),
  },
  (table) => [index('tombstones_erased_at').on(table.erasedAt)],
)

export const erasures = sqliteTable(
  'erasures',
  {
    erasureId: text('erasure_id').primaryKey(),
    requestedAt: integer('requested_at').notNull(),
    finishedAt: integer('finished_at'),
    events: integer().notNull(),
    visitors: integer().notNull(),
    persons: integer().notNull(),
  },
  (table) => [index('erasures_requested_at').on(table.requestedAt, table.erasureId)],
)

export const erasureLog = sqliteTable(
  'erasure_log',
  {
    logSeq: integer('log_seq').primaryKey({ autoIncrement: true }),
    version: integer().notNull(),
    kind: text({ enum: ['event', 'visitor', 'person'] }).notNull(),
    ref: text().notNull(),
  },
  (table) => [index('erasure_log_version').on(table.version)],
)

export const erasedEvents = sqliteTable('erased_events', {
  hour: integer().primaryKey(),
  events: integer().notNull(),
})

export const scores = sqliteTable(
  'scores',
  {
    scoreSeq: integer('score_seq').primaryKey({ autoIncrement: true }),
    visitorId: text('visitor_id').notNull(),
    scoredAt: integer('scored_at').notNull(),
    modelVersion: text('model_version').notNull(),
    calibrated: integer({ mode: 'boolean' }).notNull(),
    probability: real().notNull(),
    points: integer().notNull(),
    grade: text().notNull(),
    fit: real().notNull(),
    engagement: real().notNull(),
    reasons: text({ mode: 'json' }).$type<Reason[]>().notNull(),
    features: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    shadows: text({ mode: 'json' }).$type<ShadowScore[]>().notNull().default([]),
  },
  (table) => [index('scores_visitor').on(table.visitorId, table.scoredAt)],
)

export const projectorCursor = sqliteTable('projector_cursor', {
  id: integer().primaryKey(),
  ingestSeq: integer('ingest_seq').notNull(),
  scoreSeq: integer('score_seq').notNull(),
  version: integer().notNull(),
})

export const visitors = sqliteTable(
  'visitors',
  {
    visitorId: text('visitor_id').primaryKey(),
    nodeKind: text('node_kind').notNull(),
    personId: text('person_id'),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    sessions: integer().notNull(),
    pageviews: integer().notNull(),
    events: integer().notNull(),
    firstMessageId: text('first_message_id').notNull(),
    lastMessageId: text('last_message_id').notNull(),
    channel: text().notNull(),
    source: text(),
    campaign: text(),
    country: text(),
    lastPath: text('last_path'),
    lastPathAt: integer('last_path_at'),
    lastPathMessageId: text('last_path_message_id'),
    probability: real(),
    points: integer(),
    grade: text(),
    fit: real(),
    engagement: real(),
    reasons: text({ mode: 'json' }).$type<Reason[]>(),
    modelVersion: text('model_version'),
    calibrated: integer({ mode: 'boolean' }),
    scoredAt: integer('scored_at'),
    version: integer().notNull(),
  },
  (table) => [
    index('visitors_version').on(table.version),
    index('visitors_person').on(table.personId).where(sql`${table.personId} IS NOT NULL`),
    index('visitors_last_seen').on(table.lastSeenAt, table.visitorId),
    index('visitors_grade')
      .on(table.grade, table.lastSeenAt, table.visitorId)
      .where(sql`${table.grade} IS NOT NULL`),
  ],
)

export const sessions = sqliteTable(
  'sessions',
  {
    visitorId: text('visitor_id').notNull(),
    startAt: integer('start_at').notNull(),
    endAt: integer('end_at').notNull(),
    events: integer().notNull(),
    pageviews: integer().notNull(),
    conversions: integer().notNull(),
    channel: text().notNull(),
    source: text(),
    medium: text(),
    campaign: text(),
    entryPath: text('entry_path'),
    exitPath: text('exit_path'),
    summary: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.visitorId, table.startAt] }),
    index('sessions_start').on(table.startAt),
  ],
)

export const rollups = sqliteTable(
  'rollups',
  {
    bucketAt: integer('bucket_at').notNull(),
    dimension: text().notNull(),
    value: text().notNull(),
    bot: integer({ mode: 'boolean' }).notNull(),
    events: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.bucketAt, table.dimension, table.value, table.bot] })],
)

export const visitorDays = sqliteTable(
  'visitor_days',
  { day: text().notNull(), visitorId: text('visitor_id').notNull() },
  (table) => [primaryKey({ columns: [table.day, table.visitorId] })],
)

export const identityLinks = sqliteTable(
  'identity_links',
  {
    linkId: text('link_id').primaryKey(),
    kind: text({ enum: ['known', 'claim', 'alias', 'email', 'group'] }).notNull(),
    node: text().notNull(),
    other: text().notNull(),
    verified: integer({ mode: 'boolean' }).notNull(),
    firstAt: integer('first_at').notNull(),
    firstMessageId: text('first_message_id').notNull(),
    lastAt: integer('last_at').notNull(),
    lastMessageId: text('last_message_id').notNull(),
  },
  (table) => [
    index('identity_links_node').on(table.node),
    index('identity_links_other').on(table.other),
  ],
)

export const identityUndos = sqliteTable('identity_undos', {
  linkId: text('link_id').primaryKey(),
  undoneAt: integer('undone_at').notNull(),
  reason: text().notNull(),
})

export const identityNodes = sqliteTable(
  'identity_nodes',
  { node: text().primaryKey(), personId: text('person_id').notNull() },
  (table) => [index('identity_nodes_person').on(table.personId)],
)

export const persons = sqliteTable(
  'persons',
  {
    personId: text('person_id').primaryKey(),
    deleted: integer({ mode: 'boolean' }).notNull(),
    userId: text('user_id'),
    email: text(),
    name: text(),
    company: text(),
    accountId: text('account_id'),
    traits: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    version: integer().notNull(),
  },
  (table) => [index('persons_version').on(table.version)],
)

export const accounts = sqliteTable('accounts', { accountId: text('account_id').primaryKey() })

export const nodeTraits = sqliteTable(
  'node_traits',
  {
    node: text().notNull(),
    key: text().notNull(),
    value: text({ mode: 'json' }).$type<unknown>().notNull(),
    occurredAt: integer('occurred_at').notNull(),
    messageId: text('message_id').notNull(),
    verified: integer({ mode: 'boolean' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.node, table.key] })],
)

export const traitChanges = sqliteTable(
  'trait_changes',
  {
    changeSeq: integer('change_seq').primaryKey({ autoIncrement: true }),
    node: text().notNull(),
    key: text().notNull(),
    value: text({ mode: 'json' }).$type<unknown>().notNull(),
    occurredAt: integer('occurred_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    messageId: text('message_id').notNull(),
    verified: integer({ mode: 'boolean' }).notNull(),
  },
  (table) => [index('trait_changes_node').on(table.node, table.key)],
)

export const slots = sqliteTable(
  'slots',
  {
    key: text().primaryKey(),
    name: text().notNull(),
    status: text({ enum: ['draft', 'published'] }).notNull(),
    definition: text({ mode: 'json' }).$type<Slot>().notNull(),
    editVersion: integer('edit_version').notNull(),
    deleted: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [index('slots_edit_version').on(table.editVersion)],
)

export const snapshots = sqliteTable('snapshots', {
  version: integer().primaryKey(),
  body: text().notNull(),
  publishedAt: integer('published_at').notNull(),
})

export const models = sqliteTable('models', {
  version: text().primaryKey(),
  stage: text({ enum: MODEL_STAGES }).notNull(),
  stageSince: integer('stage_since').notNull(),
  manifest: text({ mode: 'json' }).$type<ModelManifest>().notNull(),
  card: text(),
  note: text(),
  onnxBytes: integer('onnx_bytes').notNull(),
  createdAt: integer('created_at').notNull(),
})

export const rollouts = sqliteTable('rollouts', {
  version: integer().primaryKey(),
  body: text().notNull(),
  publishedAt: integer('published_at').notNull(),
})

export const modelChanges = sqliteTable('model_changes', {
  changeId: integer('change_id').primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  actor: text().notNull(),
  action: text().notNull(),
  model: text(),
  rollout: integer(),
  reason: text(),
  checks: text({ mode: 'json' }).$type<PromotionCheck[]>(),
})

export const modelWatches = sqliteTable('model_watches', {
  watchId: integer('watch_id').primaryKey({ autoIncrement: true }),
  at: integer().notNull(),
  model: text().notNull(),
  report: text({ mode: 'json' }).$type<WatchReport>().notNull(),
})

export const modelAlerts = sqliteTable(
  'model_alerts',
  {
    alertId: integer('alert_id').primaryKey({ autoIncrement: true }),
    model: text().notNull(),
    kind: text({ enum: DRIFT_KINDS }).notNull(),
    feature: text().notNull(),
    message: text().notNull(),
    openedAt: integer('opened_at').notNull(),
    seenAt: integer('seen_at').notNull(),
    resolvedAt: integer('resolved_at'),
  },
  (table) => [
    uniqueIndex('model_alerts_open')
      .on(table.model, table.kind, table.feature)
      .where(sql`resolved_at IS NULL`),
  ],
)

export const outbox = sqliteTable(
  'outbox',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    subject: text().notNull(),
    payload: text().notNull(),
    createdAt: integer('created_at').notNull(),
    attempts: integer().notNull().default(0),
    nextAt: integer('next_at').notNull(),
  },
  (table) => [index('outbox_next').on(table.nextAt)],
)
