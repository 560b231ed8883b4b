-- What a workspace may use; a missing row or null is the deployment's default.
CREATE TABLE workspace_quotas (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id),
  decisions_per_minute INTEGER CHECK (decisions_per_minute >= 0),
  -- Days of UTC. No meter of the edge uses it before there is a chat.
  chat_tokens_per_day INTEGER CHECK (chat_tokens_per_day >= 0)
) STRICT, WITHOUT ROWID;
