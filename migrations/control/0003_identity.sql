-- People, once for all workspaces: docs/decisions/0013.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  -- Lower case. Where mail goes; never proof of who somebody is.
  email TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  locale TEXT NOT NULL DEFAULT 'en' CHECK (locale IN ('en', 'de')),
  -- PHC string ($scrypt$ln=…); null for who signs in through an identity provider alone.
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  deactivated_at INTEGER
) STRICT;

CREATE TABLE memberships (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  -- A role of the matrix, or the id of a custom role.
  role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deactivated_at INTEGER,
  PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE custom_roles (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON array of permissions of the matrix.
  permissions TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE invitations (
  id TEXT PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  invited_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  accepted_at INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX invitations_workspace ON invitations (workspace_id, created_at);

CREATE TABLE password_resets (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_user ON password_resets (user_id);

CREATE TABLE oauth_clients (
  id TEXT PRIMARY KEY,
  -- Null for what comes with Edgewise: the console.
  workspace_id TEXT REFERENCES workspaces (id),
  name TEXT NOT NULL,
  -- SHA-256 of the secret; null for public clients.
  secret_hash TEXT,
  -- JSON arrays.
  redirect_uris TEXT NOT NULL,
  permissions TEXT,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX oauth_clients_workspace ON oauth_clients (workspace_id);

-- A browser that signed in here, or an app that a person let into one workspace.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('browser', 'app')),
  -- SHA-256 of the cookie; null for apps, whose proof is a refresh token.
  secret_hash TEXT UNIQUE,
  user_id TEXT NOT NULL REFERENCES users (id),
  workspace_id TEXT REFERENCES workspaces (id),
  client_id TEXT REFERENCES oauth_clients (id),
  -- JSON array of permissions that the app asked for; null for all that the person has.
  permissions TEXT,
  name TEXT NOT NULL,
  country TEXT,
  -- JSON array: password, totp, recovery_code, passkey, sso.
  methods TEXT NOT NULL,
  -- When the person last proved who they are: asked again before dangerous actions.
  confirmed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_because TEXT
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, created_at);

CREATE TABLE authorization_codes (
  code_hash TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  client_id TEXT NOT NULL REFERENCES oauth_clients (id),
  redirect_uri TEXT NOT NULL,
  code_challenge TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_tokens (
  token_hash TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  -- The successor is an HMAC of the token and this.
  successor_salt TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  -- Moves with used_at: whether the successor was seen again.
  successor_hash TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- Ed25519; the private part is sealed. One key has one purpose.
CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY,
  purpose TEXT NOT NULL CHECK (purpose IN ('access_token', 'audit_anchor')),
  public_jwk TEXT NOT NULL,
  sealed_private_jwk TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Signs no more from then on; verifies as long as anything it signed may live.
  retired_at INTEGER
) STRICT;

CREATE TABLE totp_factors (
  user_id TEXT PRIMARY KEY REFERENCES users (id),
  sealed_secret TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Null until the first right code.
  confirmed_at INTEGER,
  -- RFC 6238: each step counts once.
  last_step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_codes (
  user_id TEXT NOT NULL REFERENCES users (id),
  code_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkeys (
  credential_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  -- COSE key, base64url.
  public_key TEXT NOT NULL,
  counter INTEGER NOT NULL,
  -- JSON array, as the browser said.
  transports TEXT NOT NULL,
  name TEXT NOT NULL,
  backed_up INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX passkeys_user ON passkeys (user_id);

CREATE TABLE sso_connections (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  name TEXT NOT NULL,
  -- Pinned: nothing signed by another is taken.
  issuer TEXT NOT NULL,
  client_id TEXT NOT NULL,
  sealed_client_secret TEXT,
  -- Which claim names groups; null where the provider says nothing of roles.
  role_claim TEXT,
  -- JSON array of {value, role}, the first that somebody has counts; who has none gets the default, or nothing.
  role_map TEXT NOT NULL DEFAULT '[]',
  default_role TEXT,
  -- The role of who said so last: the connection gives no role that they could not give.
  given_by_role TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;
CREATE INDEX sso_connections_workspace ON sso_connections (workspace_id);

CREATE TABLE sso_domains (
  connection_id TEXT NOT NULL REFERENCES sso_connections (id),
  domain TEXT NOT NULL,
  -- Who has an address here may sign in through the connection alone.
  required INTEGER NOT NULL DEFAULT 0,
  -- What the domain's TXT record has to say; no secret.
  verification_token TEXT NOT NULL,
  -- Null until proven: such a domain leads nobody anywhere.
  verified_at INTEGER,
  PRIMARY KEY (connection_id, domain)
) STRICT, WITHOUT ROWID;
-- Anybody may name a domain, but one connection of the whole deployment has it.
CREATE UNIQUE INDEX sso_domains_verified ON sso_domains (domain) WHERE verified_at IS NOT NULL;

CREATE TABLE sso_identities (
  connection_id TEXT NOT NULL REFERENCES sso_connections (id),
  subject TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (connection_id, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_identities_user ON sso_identities (user_id);

-- What a workspace asks of its people.
CREATE TABLE workspace_policies (
  workspace_id TEXT PRIMARY KEY REFERENCES workspaces (id),
  -- JSON array of roles that must have a second factor; ["*"] for all.
  second_factor_roles TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;

-- Wrapped data keys: docs/decisions/0016. `-` is what belongs to no workspace.
CREATE TABLE data_keys (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL,
  wrapped_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER
) STRICT;
CREATE INDEX data_keys_workspace ON data_keys (workspace_id, created_at);

-- Audit entries of changes here, written in the batch of the change; the hub takes them into the chain.
CREATE TABLE audit_outbox (
  id TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  entry TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_outbox_workspace ON audit_outbox (workspace_id, created_at);

-- JSON array of permissions; null for all that its kind carries.
ALTER TABLE api_keys ADD COLUMN permissions TEXT;
ALTER TABLE api_keys ADD COLUMN created_by TEXT;
-- JSON array of origins that a browser may send from; null for any.
ALTER TABLE api_keys ADD COLUMN allowed_origins TEXT;

-- The console: RFC 8252 lets it listen on any port of the loopback addresses.
INSERT INTO oauth_clients (id, workspace_id, name, secret_hash, redirect_uris, permissions, created_by, created_at)
VALUES ('edgewise-console', NULL, 'Edgewise console', NULL,
  '["http://127.0.0.1/signed-in","http://[::1]/signed-in"]', NULL, NULL, 0);
