import type { Client, InStatement } from '@libsql/client'
import { auditOutboxStatement } from '#edge/audit/outbox.ts'
import { INVITATION_LIFETIME_MS, INVITATION_PREFIX } from '#edge/identity/members/invitations.ts'
import { randomSecret, sha256Hex } from '#edge/identity/random-secret.ts'
import { notedChange } from '#shared/audit/entry.ts'
import { type InviteCommand, UsageError } from './command-line.ts'
import { OPERATOR } from './operator-origin.ts'
import type { OperatorTarget } from './operator-target.ts'

type Asked = Pick<InviteCommand, 'id' | 'email' | 'role'>

/** An invitation whose link is handed over by the operator, so that no mail has to work yet. */
export async function newInvitation(
  { publicUrl }: OperatorTarget,
  { id: workspaceId, email, role }: Asked,
  now: number,
): Promise<{ link: string; statements: InStatement[] }> {
  const id = randomSecret('ivn_', 96)
  const token = randomSecret(INVITATION_PREFIX, 256)
  const noted = notedChange(OPERATOR, {
    action: 'members.invited',
    subject: { kind: 'invitation', id },
    at: now,
    after: { email, role },
  })
  return {
    link: `${publicUrl}/invitation/${token}`,
    statements: [
      {
        sql: `INSERT INTO invitations (id, token_hash, workspace_id, email, role, invited_by, created_at, expires_at)
          VALUES (?, ?, ?, ?, ?, 'operator', ?, ?)`,
        args: [
          id,
          await sha256Hex(token),
          workspaceId,
          email,
          role,
          now,
          now + INVITATION_LIFETIME_MS,
        ],
      },
      auditOutboxStatement(noted, workspaceId),
    ],
  }
}

/**
 * One more person by a link, also where nobody can sign in any more.
 *
 * @returns the link
 * @throws UsageError
 */
export async function invitePerson(
  target: OperatorTarget,
  control: Client,
  asked: Asked,
  now: number,
): Promise<string> {
  await checkWorkspace(control, asked.id)
  const { link, statements } = await newInvitation(target, asked, now)
  await control.batch(statements, 'write')
  return link
}

/** @throws UsageError for one that does not exist */
export async function checkWorkspace(control: Client, id: string): Promise<void> {
  const { rows } = await control.execute({
    sql: 'SELECT 1 FROM workspaces WHERE id = ?',
    args: [id],
  })
  if (rows.length > 0) return
  throw new UsageError(`There is no workspace ${id}; see npm run workspace -- list.`)
}
