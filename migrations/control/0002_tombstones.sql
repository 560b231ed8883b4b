-- Kept apart from a workspace's database, so that one restored to an earlier copy learns again who was erased.
CREATE TABLE tombstone_keys (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id),
  -- Hexadecimal. Never rotated: hashes under another key would recognise nobody.
  key TEXT NOT NULL
) STRICT;

CREATE TABLE tombstones (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  subject_hash TEXT NOT NULL,
  erased_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, subject_hash)
) STRICT, WITHOUT ROWID;
