import { type Client, createClient, type InStatement } from '@libsql/client'
import { migrate } from '#dev/platform/migrate.ts'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { randomSecret } from '#edge/identity/random-secret.ts'
import { hashKey } from '#edge/keys/api-key.ts'
import { type KeyKind, permissionsOfKey } from '#shared/access/matrix.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { type CreateCommand, UsageError } from './command-line.ts'
import { newInvitation } from './invite-person.ts'
import { OPERATOR } from './operator-origin.ts'
import type { OperatorTarget } from './operator-target.ts'

const KEY_BITS = 190
const SHOWN_SECRET_CHARS = 6

/** Shown once: the store has hashes alone. */
export interface CreatedWorkspace {
  writeKey: string
  secretKey: string
  /** Where its owner comes in; good for seven days. */
  invitationLink: string
}

/**
 * Makes a workspace: its database's schema, then everything that the control database knows of it in one
 * batch. What stops in between is made by the same command again.
 *
 * @throws UsageError for a workspace that exists, or a database that is not its own and empty
 */
export async function createWorkspace(
  target: OperatorTarget,
  control: Client,
  asked: CreateCommand,
  now: number,
): Promise<CreatedWorkspace> {
  const { id, owner, name = id } = asked
  const url = databaseFor(target, asked)
  await migrate(control, 'control')
  await checkFree(control, target, id, url)
  const schemaVersion = await prepareDatabase(target, url)
  const write = await newKey(id, 'write', now)
  const secret = await newKey(id, 'secret', now)
  const invitation = await newInvitation(target, { id, email: owner, role: 'owner' }, now)
  const noted = notedChange(OPERATOR, {
    action: 'workspaces.created',
    subject: { kind: 'workspace', id },
    at: now,
    after: { name, timezone: asked.timezone, region: asked.region, buckets: asked.buckets },
  })
  await control.batch(
    [
      {
        sql: `INSERT INTO workspaces (id, name, timezone, region, buckets, created_at)
          VALUES (?, ?, ?, ?, ?, ?)`,
        args: [id, name, asked.timezone, asked.region, asked.buckets, now],
      },
      {
        sql: 'INSERT INTO databases (workspace_id, url, schema_version) VALUES (?, ?, ?)',
        args: [id, url, schemaVersion],
      },
      auditOutboxStatement(noted, id),
      ...write.statements,
      ...secret.statements,
      ...invitation.statements,
    ],
    'write',
  )
  return { writeKey: write.key, secretKey: secret.key, invitationLink: invitation.link }
}

function databaseFor({ databaseOf }: OperatorTarget, { id, database }: CreateCommand): string {
  if (databaseOf !== null) {
    if (database === undefined) return databaseOf(id)
    throw new UsageError('On one machine the store makes the database: leave --database out.')
  }
  if (database !== undefined) return database
  throw new UsageError('create needs --database: an empty libSQL database of its own.')
}

/** Two workspaces in one database would read each other's visitors. */
async function checkFree(
  control: Client,
  { controlUrl }: OperatorTarget,
  id: string,
  url: string,
): Promise<void> {
  const same = (other: string): boolean => new URL(other).href === new URL(url).href
  const { rows } = await control.execute('SELECT workspace_id, url FROM databases')
  if (rows.some((row) => row.workspace_id === id)) {
    throw new UsageError(
      `There is a workspace ${id} already; invite people to it, or choose another id.`,
    )
  }
  const holder = rows.find((row) => same(String(row.url)))
  if (holder)
    throw new UsageError(`${url} is the database of the workspace ${holder.workspace_id}.`)
  if (same(controlUrl)) throw new UsageError(`${url} is the control database; make another one.`)
}

async function prepareDatabase({ authToken }: OperatorTarget, url: string): Promise<number> {
  const own = createClient({ url, authToken })
  try {
    const { rows } = await own.execute(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('events', 'workspaces')`,
    )
    const [found] = rows
    if (found?.name === 'workspaces') throw new UsageError(`${url} is a control database.`)
    if (found && (await own.execute('SELECT 1 FROM events LIMIT 1')).rows.length > 0) {
      throw new UsageError(`${url} holds events already; a new workspace begins with an empty one.`)
    }
    return await migrate(own, 'workspace')
  } finally {
    own.close()
  }
}

async function newKey(
  workspaceId: string,
  kind: KeyKind,
  now: number,
): Promise<{ key: string; statements: InStatement[] }> {
  const prefixed = `${kind === 'secret' ? 'esk' : 'ewk'}_${workspaceId}_`
  const key = randomSecret(prefixed, KEY_BITS)
  const prefix = key.slice(0, prefixed.length + SHOWN_SECRET_CHARS)
  const name = `First ${kind} key`
  const noted = notedChange(OPERATOR, {
    action: 'keys.made',
    subject: { kind: 'key', id: prefix },
    at: now,
    after: { name, kind, permissions: permissionsOfKey(kind), allowedOrigins: null },
  })
  return {
    key,
    statements: [
      {
        sql: `INSERT INTO api_keys (key_hash, workspace_id, kind, prefix, name, created_at)
          VALUES (?, ?, ?, ?, ?, ?)`,
        args: [await hashKey(key), workspaceId, kind, prefix, name, now],
      },
      auditOutboxStatement(noted, workspaceId),
    ],
  }
}
