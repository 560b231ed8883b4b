import type { AuditOrigin } from '#shared/audit/entry.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { auditOutboxStatementWhere } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'
import { mayHavePassword, mayHavePasswordThen, passwordIs } from '../passwords/first-password.ts'
import { type User, userByEmail, userById } from '../people/users.ts'
import { randomSecret, sha256Hex } from '../random-secret.ts'

const RESET_LIFETIME_MS = 3_600_000

/** What is behind a link. */
export type ResetLink =
  | { kind: 'open'; user: User }
  /** Of an account without a password, whose company demands by now to be asked itself. */
  | { kind: 'company' }
  | { kind: 'over' }

/**
 * A link for the account of an address, also for one that has no password so far.
 *
 * @returns null for an address that gets none; who asked must not learn of it
 */
export async function newResetLink(
  control: StoreClient,
  email: string,
  now: number,
): Promise<{ token: string; user: User } | null> {
  const user = await userByEmail(control, email)
  if (!user || user.isDeactivated || !(await mayHavePassword(control, user))) return null
  const token = randomSecret('rst_', 256)
  await control.execute({
    sql: 'INSERT INTO password_resets (token_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    args: [await sha256Hex(token), user.id, now, now + RESET_LIFETIME_MS],
  })
  return { token, user }
}

export async function resetLink(
  control: StoreClient,
  token: string,
  now: number,
): Promise<ResetLink> {
  const { rows } = await control.execute({
    sql: 'SELECT user_id FROM password_resets WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?',
    args: [await sha256Hex(token), now],
  })
  const user = rows[0] ? await userById(control, String(rows[0].user_id)) : null
  if (!user || user.isDeactivated) return { kind: 'over' }
  return (await mayHavePassword(control, user)) ? { kind: 'open', user } : { kind: 'company' }
}

/**
 * Sets the password. The link works once, and its use ends all other links of the account.
 *
 * @returns false where the link was used meanwhile, or the company demands to be asked itself
 */
export async function takeResetLink(
  control: StoreClient,
  link: { token: string; user: User; workspaceIds: readonly string[] },
  passwordHash: string,
  from: AuditOrigin['from'],
  now: number,
): Promise<boolean> {
  const { token, user } = link
  const allowed = mayHavePasswordThen(user)
  const actor = { kind: 'person' as const, userId: user.id, sessionId: 'reset link' }
  const change = {
    action: 'passwords.changed' as const,
    subject: { kind: 'user', id: user.id },
    at: now,
    after: { by: 'reset link', ...(user.passwordHash === null ? { password: 'first' } : {}) },
  }
  const [taken] = await control.batch(
    [
      {
        sql: `UPDATE password_resets SET used_at = ? WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?
          AND ${allowed.sql}`,
        args: [now, await sha256Hex(token), now, ...allowed.args],
      },
      {
        // `changes()` is of the statement before: only the request that took the link changes anything.
        sql: 'UPDATE users SET password_hash = ? WHERE id = ? AND changes() = 1',
        args: [passwordHash, user.id],
      },
      {
        // Only where that was done: a link that is refused stays, for as long as it lives.
        sql: `UPDATE password_resets SET used_at = ? WHERE user_id = ? AND used_at IS NULL AND changes() = 1`,
        args: [now, user.id],
      },
      ...link.workspaceIds.map((workspaceId) =>
        auditOutboxStatementWhere(
          notedChange({ actor, from }, change),
          workspaceId,
          passwordIs(user.id, passwordHash),
        ),
      ),
    ],
    'write',
  )
  return taken?.rowsAffected === 1
}
