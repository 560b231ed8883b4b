-- What was changed by whom, each entry holding the hash of the one before: docs/decisions/0015.
-- Every column is part of the hash; what may name people stands in audit_values.
CREATE TABLE audit_entries (
  seq INTEGER PRIMARY KEY,
  -- Made with the change, so that what is sent twice is taken once.
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  -- A user's id, a key's prefix or a job's name.
  actor_id TEXT NOT NULL,
  session_id TEXT,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  country TEXT,
  client TEXT,
  values_hash TEXT,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- Lists are in the order of time, the newest first, whatever they are asked for.
CREATE INDEX audit_entries_at ON audit_entries (at);
CREATE INDEX audit_entries_action ON audit_entries (action, at);
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, at);
CREATE INDEX audit_entries_subject ON audit_entries (subject_id, at);

-- Against mistakes alone: whoever may alter the database may drop them, and the chain tells.
CREATE TRIGGER audit_entries_unchanged BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'Entries of the audit log are never changed.'); END;
CREATE TRIGGER audit_entries_kept BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'Entries of the audit log are never deleted.'); END;

-- Rows go when somebody whom they name is erased; the salt goes with them.
CREATE TABLE audit_values (
  seq INTEGER PRIMARY KEY,
  salt TEXT NOT NULL,
  reason TEXT,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;

-- Changes by others than the hub, written in the batch of the change; the hub takes them into the chain.
CREATE TABLE audit_pending (
  pending_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  entry TEXT NOT NULL,
  "values" TEXT
) STRICT;
