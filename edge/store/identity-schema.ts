import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { workspaces } from './control-schema.ts'

/** People, sessions and keys in the control database: docs/decisions/0013. As control-schema.ts. */
export const users = sqliteTable('users', {
  id: text().primaryKey(),
  email: text().notNull().unique(),
  name: text().notNull(),
  locale: text({ enum: ['en', 'de'] })
    .notNull()
    .default('en'),
  passwordHash: text('password_hash'),
  createdAt: integer('created_at').notNull(),
  deactivatedAt: integer('deactivated_at'),
})

export const memberships = sqliteTable(
  'memberships',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    role: text().notNull(),
    createdAt: integer('created_at').notNull(),
    deactivatedAt: integer('deactivated_at'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.userId] }),
    index('memberships_user').on(table.userId),
  ],
)

export const customRoles = sqliteTable(
  'custom_roles',
  {
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: text().notNull(),
    name: text().notNull(),
    permissions: text().notNull(),
    createdAt: integer('created_at').notNull(),
    deletedAt: integer('deleted_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const invitations = sqliteTable(
  'invitations',
  {
    id: text().primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    email: text().notNull(),
    role: text().notNull(),
    invitedBy: text('invited_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    acceptedAt: integer('accepted_at'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('invitations_workspace').on(table.workspaceId, table.createdAt)],
)

export const passwordResets = sqliteTable(
  'password_resets',
  {
    tokenHash: text('token_hash').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [index('password_resets_user').on(table.userId)],
)

export const oauthClients = sqliteTable(
  'oauth_clients',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').references(() => workspaces.id),
    name: text().notNull(),
    secretHash: text('secret_hash'),
    redirectUris: text('redirect_uris').notNull(),
    permissions: text(),
    createdBy: text('created_by'),
    createdAt: integer('created_at').notNull(),
    revokedAt: integer('revoked_at'),
  },
  (table) => [index('oauth_clients_workspace').on(table.workspaceId)],
)

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    kind: text({ enum: ['browser', 'app'] }).notNull(),
    secretHash: text('secret_hash').unique(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    workspaceId: text('workspace_id').references(() => workspaces.id),
    clientId: text('client_id').references(() => oauthClients.id),
    permissions: text(),
    name: text().notNull(),
    country: text(),
    methods: text().notNull(),
    confirmedAt: integer('confirmed_at').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    endedBecause: text('ended_because'),
    givenName: text('given_name'),
  },
  (table) => [index('sessions_user').on(table.userId, table.createdAt)],
)

export const authorizationCodes = sqliteTable('authorization_codes', {
  codeHash: text('code_hash').primaryKey(),
  sessionId: text('session_id')
    .notNull()
    .references(() => sessions.id),
  clientId: text('client_id')
    .notNull()
    .references(() => oauthClients.id),
  redirectUri: text('redirect_uri').notNull(),
  codeChallenge: text('code_challenge').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  usedAt: integer('used_at'),
})

export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    tokenHash: text('token_hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id),
    successorSalt: text('successor_salt').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
    successorHash: text('successor_hash'),
  },
  (table) => [index('refresh_tokens_session').on(table.sessionId)],
)

export const signingKeys = sqliteTable('signing_keys', {
  kid: text().primaryKey(),
  purpose: text({ enum: ['access_token', 'audit_anchor'] }).notNull(),
  publicJwk: text('public_jwk').notNull(),
  sealedPrivateJwk: text('sealed_private_jwk').notNull(),
  createdAt: integer('created_at').notNull(),
  retiredAt: integer('retired_at'),
})

export const totpFactors = sqliteTable('totp_factors', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id),
  sealedSecret: text('sealed_secret').notNull(),
  createdAt: integer('created_at').notNull(),
  confirmedAt: integer('confirmed_at'),
  lastStep: integer('last_step').notNull().default(0),
})

export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    codeHash: text('code_hash').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.codeHash] })],
)

export const passkeys = sqliteTable(
  'passkeys',
  {
    credentialId: text('credential_id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    publicKey: text('public_key').notNull(),
    counter: integer().notNull(),
    transports: text().notNull(),
    name: text().notNull(),
    backedUp: integer('backed_up', { mode: 'boolean' }).notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [index('passkeys_user').on(table.userId)],
)

export const usedChallenges = sqliteTable(
  'used_challenges',
  {
    challengeHash: text('challenge_hash').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('used_challenges_expiry').on(table.expiresAt)],
)

export const ssoConnections = sqliteTable(
  'sso_connections',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    issuer: text().notNull(),
    clientId: text('client_id').notNull(),
    sealedClientSecret: text('sealed_client_secret'),
    roleClaim: text('role_claim'),
    roleMap: text('role_map').notNull().default('[]'),
    defaultRole: text('default_role'),
    givenByRole: text('given_by_role').notNull(),
    createdAt: integer('created_at').notNull(),
    disabledAt: integer('disabled_at'),
  },
  (table) => [index('sso_connections_workspace').on(table.workspaceId)],
)

export const ssoDomains = sqliteTable(
  'sso_domains',
  {
    connectionId: text('connection_id')
      .notNull()
      .references(() => ssoConnections.id),
    domain: text().notNull(),
    required: integer({ mode: 'boolean' }).notNull().default(false),
    verificationToken: text('verification_token').notNull(),
    verifiedAt: integer('verified_at'),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.domain] }),
    uniqueIndex('sso_domains_verified')
      .on(table.domain)
      .where(sql`${table.verifiedAt} IS NOT NULL`),
  ],
)

export const ssoIdentities = sqliteTable(
  'sso_identities',
  {
    connectionId: text('connection_id')
      .notNull()
      .references(() => ssoConnections.id),
    subject: text().notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connectionId, table.subject] }),
    index('sso_identities_user').on(table.userId),
  ],
)

export const workspacePolicies = sqliteTable('workspace_policies', {
  workspaceId: text('workspace_id')
    .primaryKey()
    .references(() => workspaces.id),
  secondFactorRoles: text('second_factor_roles').notNull().default('[]'),
})

export const dataKeys = sqliteTable(
  'data_keys',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id').notNull(),
    wrappedKey: text('wrapped_key').notNull(),
    createdAt: integer('created_at').notNull(),
    retiredAt: integer('retired_at'),
  },
  (table) => [index('data_keys_workspace').on(table.workspaceId, table.createdAt)],
)

export const auditOutbox = sqliteTable(
  'audit_outbox',
  {
    id: text().primaryKey(),
    workspaceId: text('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    entry: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('audit_outbox_workspace').on(table.workspaceId, table.createdAt)],
)
