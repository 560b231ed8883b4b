import { waitUntil } from 'cloudflare:workers'
import type { InStatement } from '@libsql/client'
import type { Context } from 'hono'
import { notedChange } from '#shared/audit/entry.ts'
import { accessChanged } from '../access/access-changed.ts'
import type { ApiEnv } from '../api/api-app.ts'
import { originOf } from '../audit/origin.ts'
import { auditOutboxStatement } from '../audit/outbox.ts'
import type { Env } from '../env.ts'
import { controlStore } from '../tenancy/directory-of.ts'

type Change = Parameters<typeof notedChange>[1]

/**
 * Changes people, roles, keys or apps of the caller's workspace: the change and its audit entry in one
 * batch, and then everybody who remembers the old state hears of it.
 *
 * @throws what the control database throws; nothing was changed then, or all of it
 */
export async function changeControl(
  c: Context<ApiEnv>,
  statements: readonly InStatement[],
  change: Change,
): Promise<void> {
  const workspaceId = c.get('caller').workspace.id
  const noted = notedChange(originOf(c), change)
  await controlStore(c.env).batch(
    [...statements, auditOutboxStatement(noted, workspaceId)],
    'write',
  )
  await accessChanged(c.env, [workspaceId])
  takeAudit(c.env, workspaceId)
}

/** Has the hub take what waits into the chain; the sweep makes it certain. */
export function takeAudit(env: Env, workspaceId: string): void {
  waitUntil(
    env.WORKSPACE_HUB.getByName(workspaceId)
      .takeAudit()
      .catch(() => undefined),
  )
}
