-- One row an erasure, without anything of the person. Done when finished_at is set.
CREATE TABLE erasures (
  erasure_id TEXT PRIMARY KEY,
  requested_at INTEGER NOT NULL,
  finished_at INTEGER,
  events INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  persons INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX erasures_requested_at ON erasures (requested_at, erasure_id);

-- When somebody was last erased is asked with every batch of the projector.
CREATE INDEX tombstones_erased_at ON tombstones (erased_at);

-- What replicas must drop: an event by its ingest_seq, a visitor or person by its keyed hash.
CREATE TABLE erasure_log (
  log_seq INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('event', 'visitor', 'person')),
  ref TEXT NOT NULL
) STRICT;

CREATE INDEX erasure_log_version ON erasure_log (version);

-- Of the events that the books call stored, how many were erased since, by hour of arrival.
CREATE TABLE erased_events (
  hour INTEGER PRIMARY KEY,
  events INTEGER NOT NULL
) STRICT;

-- The epoch under which every tombstone of the control database is known to be in here. Another one than
-- `epoch` means new or restored: nothing is folded or pulled before the erasures have been replayed.
ALTER TABLE store_meta ADD COLUMN replayed_epoch TEXT;

-- Bots leave no identity links, so this is how an erasure finds those that name somebody.
CREATE INDEX events_bot_naming ON events (ingest_seq)
  WHERE bot = 1 AND (user_id IS NOT NULL OR type = 'identify');
