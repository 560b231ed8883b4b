-- The registry of models. Their files lie in the bucket, under workspace and version, and never change.
CREATE TABLE models (
  version TEXT PRIMARY KEY,
  stage TEXT NOT NULL,
  stage_since INTEGER NOT NULL,
  manifest TEXT NOT NULL,
  card TEXT,
  note TEXT,
  onnx_bytes INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- What scores: each change is a new body, and the hub names the current one.
CREATE TABLE rollouts (
  version INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;

-- Who changed what, why, and what the checks had said.
CREATE TABLE model_changes (
  change_id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  model TEXT,
  rollout INTEGER,
  reason TEXT,
  checks TEXT
) STRICT;
