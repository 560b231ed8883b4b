-- Everything below is derived from events and scores by the projector and can be rebuilt.

CREATE TABLE projector_cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  ingest_seq INTEGER NOT NULL,
  score_seq INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

INSERT INTO projector_cursor (id, ingest_seq, score_seq, version) VALUES (1, 0, 0, 0);

-- A batch moves the cursor from exactly the version it read; anything else aborts it as a whole.
CREATE TRIGGER projector_cursor_guard
BEFORE UPDATE ON projector_cursor
WHEN NEW.version <> OLD.version + 1
BEGIN
  SELECT RAISE(ABORT, 'projector_cursor_moved');
END;

CREATE TABLE visitors (
  visitor_id TEXT PRIMARY KEY,
  -- 'd' device (anonymous id) or 'u' user (known to a server only by user id).
  node_kind TEXT NOT NULL,
  person_id TEXT,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  pageviews INTEGER NOT NULL,
  events INTEGER NOT NULL,
  first_message_id TEXT NOT NULL,
  last_message_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  source TEXT,
  campaign TEXT,
  country TEXT,
  last_path TEXT,
  last_path_at INTEGER,
  last_path_message_id TEXT,
  probability REAL,
  points INTEGER,
  grade TEXT,
  fit REAL,
  engagement REAL,
  reasons TEXT,
  model_version TEXT,
  calibrated INTEGER,
  scored_at INTEGER,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX visitors_version ON visitors (version);
CREATE INDEX visitors_person ON visitors (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX visitors_last_seen ON visitors (last_seen_at, visitor_id);

CREATE TABLE sessions (
  visitor_id TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  events INTEGER NOT NULL,
  pageviews INTEGER NOT NULL,
  conversions INTEGER NOT NULL,
  channel TEXT NOT NULL,
  source TEXT,
  medium TEXT,
  campaign TEXT,
  entry_path TEXT,
  exit_path TEXT,
  -- The summary with its ordering keys, so that a late event merges exactly.
  summary TEXT NOT NULL,
  PRIMARY KEY (visitor_id, start_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_start ON sessions (start_at);

-- Additive counts in 15-minute UTC buckets.
CREATE TABLE rollups (
  bucket_at INTEGER NOT NULL,
  dimension TEXT NOT NULL,
  value TEXT NOT NULL,
  bot INTEGER NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (bucket_at, dimension, value, bot)
) STRICT, WITHOUT ROWID;

-- One row a visitor and day of the workspace's time zone: exact distinct counts.
CREATE TABLE visitor_days (
  day TEXT NOT NULL,
  visitor_id TEXT NOT NULL,
  PRIMARY KEY (day, visitor_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_links (
  link_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('known', 'claim', 'alias', 'email', 'group')),
  node TEXT NOT NULL,
  other TEXT NOT NULL,
  verified INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  first_message_id TEXT NOT NULL,
  last_at INTEGER NOT NULL,
  last_message_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_links_node ON identity_links (node);
CREATE INDEX identity_links_other ON identity_links (other);

-- A person's decision, not derived: the projector reads it and never writes it.
CREATE TABLE identity_undos (
  link_id TEXT PRIMARY KEY,
  undone_at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE identity_nodes (
  node TEXT PRIMARY KEY,
  person_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX identity_nodes_person ON identity_nodes (person_id);

CREATE TABLE persons (
  person_id TEXT PRIMARY KEY,
  deleted INTEGER NOT NULL,
  user_id TEXT,
  email TEXT,
  name TEXT,
  company TEXT,
  account_id TEXT,
  traits TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX persons_version ON persons (version);

CREATE TABLE accounts (
  account_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The latest value a node said of each trait, by event time and message id.
CREATE TABLE node_traits (
  node TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  verified INTEGER NOT NULL,
  PRIMARY KEY (node, key)
) STRICT, WITHOUT ROWID;

-- Append-only, with the time we learnt it: training may only know what was known.
CREATE TABLE trait_changes (
  change_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  node TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  verified INTEGER NOT NULL
) STRICT;

CREATE INDEX trait_changes_node ON trait_changes (node, key);

CREATE TABLE slots (
  key TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'published')),
  definition TEXT NOT NULL,
  edit_version INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX slots_edit_version ON slots (edit_version);

-- Immutable bodies of what was published; the hub holds the current version.
CREATE TABLE snapshots (
  version INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;

-- Jobs written with their cause; executed at least once, so each kind is idempotent.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_next ON outbox (next_at);
