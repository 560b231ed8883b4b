import type { InStatement } from '@libsql/client'
import type { Context } from 'hono'
import { CONFIRMED_FOR_MS } from '#shared/access/matrix.ts'
import type { AuditAction } from '#shared/audit/actions.ts'
import { notedChange } from '#shared/audit/entry.ts'
import type { ApiEnv } from '../../api/api-app.ts'
import { fromOf } from '../../audit/origin.ts'
import { auditOutboxStatementWhere } from '../../audit/outbox.ts'
import type { StoreClient } from '../../store/client.ts'
import { controlStore } from '../../tenancy/directory-of.ts'
import { takeAudit } from '../change-control.ts'
import { seeOther } from '../pages/page.ts'
import { membershipsOf } from '../people/users.ts'
import { type BrowserSession, browserSession } from '../sessions/browser-sessions.ts'

type Ctx = Context<ApiEnv>

/** Somebody who is signed in with this browser, and looks at their own account. */
export interface AccountOwner {
  control: StoreClient
  session: BrowserSession
  now: number
}

/**
 * Lets only who is signed in go on.
 *
 * @param isDangerous asks for a proof of the last ten minutes as well
 */
export async function asOwner(
  c: Ctx,
  isDangerous: boolean,
  go: (owner: AccountOwner) => Promise<Response>,
): Promise<Response> {
  const control = controlStore(c.env)
  const now = Date.now()
  const session = await browserSession(control, c.req.raw, now)
  if (!session) return seeOther('/sign-in?return_to=%2Faccount')
  const owner = { control, session, now }
  if (isDangerous && !isConfirmed(owner)) return seeOther('/account/confirm')
  return go(owner)
}

/** Whether the last proof of who they are is recent enough for what is dangerous. */
export function isConfirmed({ session, now }: AccountOwner): boolean {
  return now - session.confirmedAt <= CONFIRMED_FOR_MS
}

/**
 * Changes an account, with an audit entry in each workspace of which its owner is a member: there, people
 * must see that somebody's password or second factor changed.
 *
 * @param wasChanged where the store decides whether the statements change anything, how to tell afterwards
 */
export async function changeAccount(
  c: Ctx,
  { control, session, now }: AccountOwner,
  statements: readonly InStatement[],
  action: AuditAction,
  after: Record<string, string | number>,
  wasChanged: { sql: string; args: string[] } = { sql: 'TRUE', args: [] },
): Promise<void> {
  const memberships = await membershipsOf(control, session.userId)
  const actor = { kind: 'person' as const, userId: session.userId, sessionId: session.id }
  const origin = { actor, from: fromOf(c.req.raw) }
  const subject = { kind: 'user', id: session.userId }
  const entries = memberships.map(({ workspaceId }) =>
    auditOutboxStatementWhere(
      notedChange(origin, { action, subject, at: now, after }),
      workspaceId,
      wasChanged,
    ),
  )
  await control.batch([...statements, ...entries], 'write')
  for (const { workspaceId } of memberships) takeAudit(c.env, workspaceId)
}
