CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  timezone TEXT NOT NULL DEFAULT 'UTC',
  region TEXT NOT NULL,
  -- Fixed at creation: the visitor object of an id is its hash over this count.
  buckets INTEGER NOT NULL CHECK (buckets BETWEEN 1 AND 1024),
  honour_gpc INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE databases (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id),
  url TEXT NOT NULL,
  schema_version INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
  key_hash TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  kind TEXT NOT NULL CHECK (kind IN ('write', 'secret')),
  -- The part people see in lists, so that they can tell keys apart.
  prefix TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE INDEX api_keys_workspace ON api_keys (workspace_id);

-- A host name whose pages the edge serves and personalizes.
CREATE TABLE sites (
  host TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  origin TEXT NOT NULL
) STRICT;
