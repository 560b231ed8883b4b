/** A comparison that runs in the store itself and gives only rows that are on one side. */
export interface PlainCheck {
  name: string
  sql: string
}

const SESSION_IDLE_MS = 30 * 60_000
const BUCKET_MS = 15 * 60_000
const SHOWN_ROWS = 5

/** Written from what the tables promise, not from the fold that fills them. */
const EVENTS = `
folded AS (SELECT * FROM events WHERE ingest_seq <= (SELECT ingest_seq FROM projector_cursor)),
seen AS (SELECT *, type IN ('page', 'screen') AS is_page FROM folded WHERE bot = 0 AND visitor_id IS NOT NULL)`

const SESSIONS = `
gaps AS (SELECT *, occurred_at - lag(occurred_at) OVER byTime > ${SESSION_IDLE_MS} AS is_gap FROM seen
  WINDOW byTime AS (PARTITION BY visitor_id ORDER BY occurred_at, message_id)),
numbered AS (SELECT *, sum(coalesce(is_gap, 0)) OVER (PARTITION BY visitor_id ORDER BY occurred_at, message_id) AS n FROM gaps),
ranked AS (SELECT *,
  row_number() OVER (PARTITION BY visitor_id, n ORDER BY channel = 'direct', occurred_at, message_id) AS touch_rank,
  row_number() OVER (PARTITION BY visitor_id, n ORDER BY is_page DESC, occurred_at, message_id) AS entry_rank,
  row_number() OVER (PARTITION BY visitor_id, n ORDER BY is_page DESC, occurred_at DESC, message_id DESC) AS exit_rank
  FROM numbered)`

function check(name: string, ctes: string, expected: string, stored: string): PlainCheck {
  return {
    name,
    sql: `WITH ${ctes}, expected AS (${expected}), stored AS (${stored})
      SELECT * FROM (SELECT 'stored' AS side, * FROM (SELECT * FROM stored EXCEPT SELECT * FROM expected) LIMIT ${SHOWN_ROWS})
      UNION ALL
      SELECT * FROM (SELECT 'expected' AS side, * FROM (SELECT * FROM expected EXCEPT SELECT * FROM stored) LIMIT ${SHOWN_ROWS})`,
  }
}

const dimension = (name: string, value: string, where = 'true') =>
  `SELECT occurred_at / ${BUCKET_MS} * ${BUCKET_MS} AS bucket_at, '${name}' AS dimension, ${value} AS value, bot
   FROM folded WHERE ${where}`

export const PLAIN_CHECKS: readonly PlainCheck[] = [
  check(
    'rollups',
    EVENTS,
    `SELECT bucket_at, dimension, value, bot, count(*) AS events FROM (
       ${dimension('all', "''")}
       UNION ALL ${dimension('event', 'name', "type = 'track'")}
       UNION ALL ${dimension('event', 'type', "type <> 'track'")}
       UNION ALL ${dimension('channel', 'channel')}
       UNION ALL ${dimension('campaign', 'campaign', 'campaign IS NOT NULL')}
       UNION ALL ${dimension('country', 'country', 'country IS NOT NULL')}
       UNION ALL ${dimension('path', 'path', "type IN ('page', 'screen') AND path IS NOT NULL")}
     ) GROUP BY bucket_at, dimension, value, bot`,
    'SELECT bucket_at, dimension, value, bot, events FROM rollups',
  ),
  check(
    'visitors',
    EVENTS,
    `SELECT visitor_id, count(*), sum(is_page), min(occurred_at), max(occurred_at),
       CASE WHEN count(anonymous_id) > 0 THEN 'd' ELSE 'u' END FROM seen GROUP BY visitor_id`,
    'SELECT visitor_id, events, pageviews, first_seen_at, last_seen_at, node_kind FROM visitors',
  ),
  check(
    'first and last touch of visitors',
    EVENTS,
    `SELECT visitor_id, channel, source, campaign,
       (SELECT path FROM seen l WHERE l.visitor_id = f.visitor_id AND l.is_page
        ORDER BY l.occurred_at DESC, l.message_id DESC LIMIT 1)
     FROM (SELECT *, row_number() OVER (PARTITION BY visitor_id ORDER BY occurred_at, message_id) AS n FROM seen) f
     WHERE n = 1`,
    'SELECT visitor_id, channel, source, campaign, last_path FROM visitors',
  ),
  check(
    'sessions',
    `${EVENTS}, ${SESSIONS}`,
    `SELECT visitor_id, min(occurred_at), max(occurred_at), count(*), sum(is_page),
       max(CASE touch_rank WHEN 1 THEN channel END), max(CASE touch_rank WHEN 1 THEN source END),
       max(CASE touch_rank WHEN 1 THEN medium END), max(CASE touch_rank WHEN 1 THEN campaign END),
       max(CASE WHEN entry_rank = 1 AND is_page THEN path END), max(CASE WHEN exit_rank = 1 AND is_page THEN path END)
     FROM ranked GROUP BY visitor_id, n`,
    `SELECT visitor_id, start_at, end_at, events, pageviews, channel, source, medium, campaign, entry_path, exit_path
     FROM sessions`,
  ),
  check(
    'sessions of visitors',
    `${EVENTS}, ${SESSIONS}`,
    'SELECT visitor_id, count(DISTINCT n) FROM numbered GROUP BY visitor_id',
    'SELECT visitor_id, sessions FROM visitors',
  ),
  check(
    'persons of visitors',
    EVENTS,
    `SELECT v.visitor_id, n.person_id FROM visitors v
     LEFT JOIN identity_nodes n ON n.node = v.node_kind || ':' || v.visitor_id`,
    'SELECT visitor_id, person_id FROM visitors',
  ),
  check(
    'persons have nodes, nodes have persons',
    EVENTS,
    'SELECT DISTINCT person_id FROM identity_nodes',
    'SELECT person_id FROM persons WHERE deleted = 0',
  ),
  check(
    'scores of visitors',
    `${EVENTS}, latest AS (SELECT *, max(score_seq) FROM scores
       WHERE score_seq <= (SELECT score_seq FROM projector_cursor) GROUP BY visitor_id)`,
    `SELECT v.visitor_id, s.scored_at, s.points, s.grade, s.probability, s.model_version FROM visitors v
     LEFT JOIN latest s ON s.visitor_id = v.visitor_id`,
    'SELECT visitor_id, scored_at, points, grade, probability, model_version FROM visitors',
  ),
  check(
    'stored message ids are distinct',
    EVENTS,
    'SELECT count(*) FROM events',
    'SELECT count(DISTINCT message_id) FROM events',
  ),
]
