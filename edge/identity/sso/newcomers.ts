import { type AuditOrigin, notedChange } from '#shared/audit/entry.ts'
import { auditOutboxStatement } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'

export interface Newcomer {
  userId: string
  role: string
  connection: { id: string; workspaceId: string }
}

/**
 * Makes an account, its identity and its membership, all or nothing.
 *
 * @returns whether it did; false where the address or the subject was taken meanwhile
 * @throws what the control database throws
 */
export function createMember(
  control: StoreClient,
  newcomer: Newcomer & { subject: string; email: string; name: string; locale: 'en' | 'de' },
  origin: AuditOrigin,
  now: number,
): Promise<boolean> {
  const { userId, email, name, locale, subject, connection } = newcomer
  const account = {
    sql: `INSERT INTO users (id, email, name, locale, password_hash, created_at)
      VALUES (?, ?, ?, ?, NULL, ?)`,
    args: [userId, email, name, locale, now],
  }
  const identity = identityStatement(connection.id, subject, userId, now)
  return unlessTaken(control.batch([account, identity, ...joining(newcomer, origin, now)], 'write'))
}

/** A person whom the connection knows becomes a member. @returns as {@link createMember} */
export function joinMember(
  control: StoreClient,
  newcomer: Newcomer,
  origin: AuditOrigin,
  now: number,
): Promise<boolean> {
  return unlessTaken(control.batch(joining(newcomer, origin, now), 'write'))
}

/** Plain inserts: one that finds its place taken fails the batch, and nobody joins twice or comes back. */
export function identityStatement(
  connectionId: string,
  subject: string,
  userId: string,
  now: number,
) {
  return {
    sql: `INSERT INTO sso_identities (connection_id, subject, user_id, created_at) VALUES (?, ?, ?, ?)`,
    args: [connectionId, subject, userId, now],
  }
}

function joining({ userId, role, connection }: Newcomer, origin: AuditOrigin, now: number) {
  const membership = {
    sql: `INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES (?, ?, ?, ?)`,
    args: [connection.workspaceId, userId, role, now],
  }
  const noted = notedChange(origin, {
    action: 'members.joined',
    subject: { kind: 'user', id: userId },
    at: now,
    after: { role, connection: connection.id },
  })
  return [membership, auditOutboxStatement(noted, connection.workspaceId)]
}

/** @returns false where a row is there already @throws whatever else went wrong */
export async function unlessTaken(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (/UNIQUE constraint failed/i.test(String(error))) return false
    throw error
  }
}
