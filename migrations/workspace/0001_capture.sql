-- The store's identity. A restore writes a new epoch, so that objects, projector and consoles notice.
CREATE TABLE store_meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  edit_version INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO store_meta (id, epoch) VALUES (1, lower(hex(randomblob(8))));

-- AUTOINCREMENT: a sequence number is never used twice, so a cursor never skips a row.
CREATE TABLE events (
  ingest_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT,
  visitor_id TEXT,
  anonymous_id TEXT,
  user_id TEXT,
  previous_id TEXT,
  group_id TEXT,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  bot INTEGER NOT NULL,
  verified INTEGER NOT NULL,
  channel TEXT NOT NULL,
  source TEXT,
  medium TEXT,
  campaign TEXT,
  referrer_host TEXT,
  country TEXT,
  url TEXT,
  path TEXT,
  title TEXT,
  properties TEXT,
  traits TEXT,
  context TEXT
) STRICT;

CREATE UNIQUE INDEX events_message_id ON events (message_id);
CREATE INDEX events_visitor ON events (visitor_id, occurred_at) WHERE visitor_id IS NOT NULL;
CREATE INDEX events_name ON events (name, ingest_seq) WHERE name IS NOT NULL;

-- What was not stored, and why; kept for VERDICT_RETENTION_MS (7 days).
CREATE TABLE verdicts (
  verdict_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('duplicate', 'rejected', 'quarantined')),
  reason TEXT,
  detail TEXT,
  type TEXT,
  name TEXT,
  received_at INTEGER NOT NULL
) STRICT;

CREATE INDEX verdicts_message_id ON verdicts (message_id);
CREATE INDEX verdicts_received_at ON verdicts (received_at);

-- One row a drained batch: the primary key makes a repeat fail as a whole, the row is its answer.
CREATE TABLE drained_batches (
  object TEXT NOT NULL,
  seq INTEGER NOT NULL,
  events INTEGER NOT NULL,
  -- Events the store had not seen before; -1 marks a batch given up and split.
  stored INTEGER NOT NULL,
  base_ingest_seq INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (object, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  object TEXT NOT NULL,
  log_seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  error TEXT NOT NULL,
  quarantined_at INTEGER NOT NULL,
  UNIQUE (object, log_seq)
) STRICT;

-- Keyed hashes of erased subjects: what arrives late for them is refused, never stored again.
CREATE TABLE tombstones (
  subject_hash TEXT PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE scores (
  score_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  visitor_id TEXT NOT NULL,
  scored_at INTEGER NOT NULL,
  model_version TEXT NOT NULL,
  calibrated INTEGER NOT NULL,
  probability REAL NOT NULL,
  points INTEGER NOT NULL,
  grade TEXT NOT NULL,
  fit REAL NOT NULL,
  engagement REAL NOT NULL,
  reasons TEXT NOT NULL,
  -- What the model saw, so that training later knows only what was known then.
  features TEXT NOT NULL
) STRICT;

CREATE INDEX scores_visitor ON scores (visitor_id, scored_at);
