-- What was found each time the served model was looked at: [{column, kind, message}].
CREATE TABLE model_watches (
  watch_id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  model TEXT NOT NULL,
  report TEXT NOT NULL
) STRICT;

-- A finding for as long as it lasts: open while resolved_at is null.
CREATE TABLE model_alerts (
  alert_id INTEGER PRIMARY KEY AUTOINCREMENT,
  model TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The feature; empty where the model as a whole is meant.
  feature TEXT NOT NULL,
  message TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;

CREATE UNIQUE INDEX model_alerts_open ON model_alerts (model, kind, feature) WHERE resolved_at IS NULL;
