import type { Client } from '@libsql/client'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { type AccountCommand, UsageError } from './command-line.ts'
import { OPERATOR } from './operator-origin.ts'

/**
 * Shuts a person out of everything, or lets them in again; memberships and roles stay. On record in each of
 * their workspaces.
 *
 * @returns what is so now, in a sentence
 * @throws UsageError
 */
export async function switchAccount(
  control: Client,
  { email, ...asked }: AccountCommand,
  now: number,
): Promise<string> {
  const deactivate = asked.deactivate === true
  const { rows } = await control.execute({
    sql: `SELECT u.id, u.deactivated_at, m.workspace_id FROM users u
      LEFT JOIN memberships m ON m.user_id = u.id AND m.deactivated_at IS NULL WHERE u.email = ?`,
    args: [email],
  })
  const [person] = rows
  if (!person) throw new UsageError(`Nobody has an account with ${email}.`)
  if ((person.deactivated_at !== null) === deactivate) {
    throw new UsageError(`The account is ${deactivate ? 'deactivated' : 'active'} already.`)
  }
  const id = String(person.id)
  const workspaceIds = rows.flatMap((row) =>
    row.workspace_id === null ? [] : [String(row.workspace_id)],
  )
  await control.batch(
    [
      {
        sql: 'UPDATE users SET deactivated_at = ? WHERE id = ?',
        args: [deactivate ? now : null, id],
      },
      ...workspaceIds.map((workspaceId) =>
        auditOutboxStatement(
          notedChange(OPERATOR, {
            action: deactivate ? 'members.deactivated' : 'members.changed',
            subject: { kind: 'user', id },
            at: now,
            after: { account: deactivate ? 'deactivated' : 'active' },
          }),
          workspaceId,
        ),
      ),
    ],
    'write',
  )
  return deactivate
    ? `${email} is refused everywhere within a minute.`
    : `${email} may sign in again.`
}
