/**
 * Everything derived, without what tells when it was written. Of trait histories only the order within each
 * trait: an erasure writes those anew that it touched.
 */
export const DERIVED_CONTENTS = {
  visitors: `SELECT visitor_id, node_kind, person_id, first_seen_at, last_seen_at, sessions, pageviews, events,
    first_message_id, last_message_id, channel, campaign, last_path FROM visitors ORDER BY 1`,
  sessions: 'SELECT * FROM sessions ORDER BY visitor_id, start_at',
  rollups: 'SELECT * FROM rollups ORDER BY 1, 2, 3, 4',
  visitor_days: 'SELECT * FROM visitor_days ORDER BY 1, 2',
  identity_links: `SELECT link_id, first_at, first_message_id, CASE kind WHEN 'group' THEN last_at END AS last_at
    FROM identity_links ORDER BY 1`,
  identity_nodes: 'SELECT * FROM identity_nodes ORDER BY 1',
  persons: `SELECT person_id, user_id, email, name, company, account_id, traits FROM persons
    WHERE deleted = 0 ORDER BY 1`,
  accounts: 'SELECT * FROM accounts ORDER BY 1',
  node_traits: 'SELECT * FROM node_traits ORDER BY 1, 2',
  trait_changes: `SELECT node, key, value, occurred_at, received_at, message_id, verified FROM trait_changes
    ORDER BY node, key, change_seq`,
} as const
