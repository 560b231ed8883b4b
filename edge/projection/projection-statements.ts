import type { InStatement } from '@libsql/client/web'
import type { FoldResult } from './fold.ts'
import { ADD_REFRESHES } from './profile-refresh.ts'
import type { IdentityOutcome, ProjectorCursor } from './project-batch.ts'

/** How the store names a batch that finds the cursor moved; see the trigger in the migration. */
export const CURSOR_GUARD = 'projector_cursor_moved'

const VISITOR_COLUMNS = {
  visitor_id: 'visitorId',
  node_kind: 'nodeKind',
  person_id: 'personId',
  first_seen_at: 'firstSeenAt',
  first_message_id: 'firstMessageId',
  last_seen_at: 'lastSeenAt',
  last_message_id: 'lastMessageId',
  sessions: 'sessions',
  pageviews: 'pageviews',
  events: 'events',
  channel: 'channel',
  source: 'source',
  campaign: 'campaign',
  country: 'country',
  last_path: 'lastPath',
  last_path_at: 'lastPathAt',
  last_path_message_id: 'lastPathMessageId',
}

const columnNames = Object.keys(VISITOR_COLUMNS)

const UPSERT_VISITORS = `
INSERT INTO visitors (${columnNames.join(', ')}, version)
SELECT ${Object.values(VISITOR_COLUMNS)
  .map((key) => `value ->> '$.${key}'`)
  .join(', ')}, ?2 FROM json_each(?1) WHERE true
ON CONFLICT (visitor_id) DO UPDATE SET ${columnNames
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}, version = excluded.version`

const DELETE_SESSIONS = `
DELETE FROM sessions WHERE (visitor_id, start_at) IN (
  SELECT value ->> '$.visitorId', value ->> '$.startAt' FROM json_each(?))`

const REPLACE_SESSIONS = `
INSERT INTO sessions (visitor_id, start_at, end_at, events, pageviews, conversions, channel, source, medium,
  campaign, entry_path, exit_path, summary)
SELECT value ->> '$.visitorId', value ->> '$.session.startAt', value ->> '$.session.endAt', value ->> '$.session.events',
  value ->> '$.session.pageviews', value ->> '$.session.conversions', value ->> '$.session.touch.channel',
  value ->> '$.session.touch.source', value ->> '$.session.touch.medium', value ->> '$.session.touch.campaign',
  value ->> '$.session.entry.path', value ->> '$.session.exit.path', value -> '$.session'
FROM json_each(?) WHERE true
ON CONFLICT (visitor_id, start_at) DO UPDATE SET end_at = excluded.end_at, events = excluded.events,
  pageviews = excluded.pageviews, conversions = excluded.conversions, channel = excluded.channel,
  source = excluded.source, medium = excluded.medium, campaign = excluded.campaign,
  entry_path = excluded.entry_path, exit_path = excluded.exit_path, summary = excluded.summary`

const ADD_ROLLUPS = `
INSERT INTO rollups (bucket_at, dimension, value, bot, events)
SELECT value ->> '$.bucketAt', value ->> '$.dimension', value ->> '$.value', value ->> '$.bot', value ->> '$.events'
FROM json_each(?) WHERE true
ON CONFLICT (bucket_at, dimension, value, bot) DO UPDATE SET events = events + excluded.events`

const ADD_VISITOR_DAYS = `
INSERT OR IGNORE INTO visitor_days (day, visitor_id)
SELECT value ->> '$.day', value ->> '$.visitorId' FROM json_each(?)`

const UPSERT_LINKS = `
INSERT OR REPLACE INTO identity_links (link_id, kind, node, other, verified, first_at, first_message_id, last_at, last_message_id)
SELECT value ->> '$.id', value ->> '$.kind', value ->> '$.node', value ->> '$.other', value ->> '$.verified',
  value ->> '$.firstAt', value ->> '$.firstMessageId', value ->> '$.lastAt', value ->> '$.lastMessageId'
FROM json_each(?)`

const APPEND_TRAIT_CHANGES = `
INSERT INTO trait_changes (node, key, value, occurred_at, received_at, message_id, verified)
SELECT value ->> '$.node', value ->> '$.key', value -> '$.value', value ->> '$.occurredAt',
  value ->> '$.receivedAt', value ->> '$.messageId', value ->> '$.verified'
FROM json_each(?) ORDER BY key`

const UPSERT_NODE_TRAITS = `
INSERT INTO node_traits (node, key, value, occurred_at, message_id, verified)
SELECT value ->> '$.node', value ->> '$.key', value -> '$.value', value ->> '$.occurredAt', value ->> '$.messageId', value ->> '$.verified'
FROM json_each(?) WHERE true ORDER BY key
ON CONFLICT (node, key) DO UPDATE SET value = excluded.value, occurred_at = excluded.occurred_at,
  message_id = excluded.message_id, verified = excluded.verified
WHERE (excluded.verified, excluded.occurred_at, excluded.message_id) > (node_traits.verified, node_traits.occurred_at, node_traits.message_id)`

const UPSERT_PERSONS = `
INSERT OR REPLACE INTO persons (person_id, deleted, user_id, email, name, company, account_id, traits, version)
SELECT value ->> '$.personId', 0, value ->> '$.userId', value ->> '$.email', value ->> '$.name', value ->> '$.company',
  value ->> '$.accountId', value -> '$.traits', ?2 FROM json_each(?1)`

const DELETE_PERSONS = `
UPDATE persons SET deleted = 1, user_id = NULL, email = NULL, name = NULL, company = NULL, account_id = NULL,
  traits = '{}', version = ?2 WHERE person_id IN (SELECT value FROM json_each(?1))`

const MOVE_NODES = `
INSERT OR REPLACE INTO identity_nodes (node, person_id)
SELECT value ->> '$.node', value ->> '$.personId' FROM json_each(?) WHERE value ->> '$.personId' IS NOT NULL`

const RELEASE_NODES = `
DELETE FROM identity_nodes WHERE node IN (
  SELECT value ->> '$.node' FROM json_each(?) WHERE value ->> '$.personId' IS NULL)`

const MOVE_VISITORS = `
UPDATE visitors SET person_id = j.value ->> '$.personId', version = ?2
FROM json_each(?1) j WHERE visitor_id = substr(j.value ->> '$.node', 3) AND node_kind = substr(j.value ->> '$.node', 1, 1)`

/** Accounts are what anybody said a group is called; the account itself needs no more than its id yet. */
const ADD_ACCOUNTS = `
INSERT OR IGNORE INTO accounts (account_id)
SELECT DISTINCT substr(value ->> '$.other', 3) FROM json_each(?) WHERE value ->> '$.kind' = 'group'`

const SCORE_VISITORS = `
UPDATE visitors SET probability = s.probability, points = s.points, grade = s.grade, fit = s.fit,
  engagement = s.engagement, reasons = s.reasons, model_version = s.model_version, calibrated = s.calibrated,
  scored_at = s.scored_at, version = ?3
FROM (SELECT *, max(score_seq) FROM scores WHERE score_seq > ?1 AND score_seq <= ?2 GROUP BY visitor_id) s
WHERE visitors.visitor_id = s.visitor_id`

/** The guarded write of one batch: the cursor first, so that a repeat or a rival aborts before any work. */
export function projectionStatements(
  fold: FoldResult,
  identity: IdentityOutcome | null,
  next: ProjectorCursor,
): InStatement[] {
  const statements: InStatement[] = [
    {
      sql: 'UPDATE projector_cursor SET ingest_seq = ?, score_seq = ?, version = ? WHERE id = 1',
      args: [next.ingestSeq, next.scoreSeq, next.version],
    },
  ]
  const each = (sql: string, items: readonly unknown[], ...args: number[]) => {
    if (items.length > 0) statements.push({ sql, args: [JSON.stringify(items), ...args] })
  }
  each(
    UPSERT_VISITORS,
    fold.visitors.map(({ row }) => row),
    next.version,
  )
  each(DELETE_SESSIONS, fold.goneSessions)
  each(REPLACE_SESSIONS, fold.changedSessions)
  each(ADD_ROLLUPS, fold.rollups)
  each(ADD_VISITOR_DAYS, fold.visitorDays)
  if (!identity) return statements
  const { change } = identity
  each(UPSERT_LINKS, identity.links)
  each(ADD_ACCOUNTS, identity.links)
  each(APPEND_TRAIT_CHANGES, identity.traitChanges)
  each(UPSERT_NODE_TRAITS, identity.traits)
  each(DELETE_PERSONS, change.gone, next.version)
  each(UPSERT_PERSONS, change.persons, next.version)
  each(MOVE_NODES, change.moved)
  each(RELEASE_NODES, change.moved)
  each(MOVE_VISITORS, change.moved, next.version)
  each(ADD_REFRESHES, identity.refreshes, next.version)
  return statements
}

/** Puts the latest score of each visitor on its row; the score's own row keeps the history. */
export function scoreStatement(afterSeq: number, next: ProjectorCursor): InStatement {
  return { sql: SCORE_VISITORS, args: [afterSeq, next.scoreSeq, next.version] }
}
