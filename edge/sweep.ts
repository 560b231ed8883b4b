import type { Env } from './env.ts'
import { forgetEnded } from './identity/forget-ended.ts'
import { watchWorkspace } from './scoring/watching/watch-workspace.ts'
import { workspaceStore } from './store/workspace-store.ts'
import { controlStore, directoryOf } from './tenancy/directory-of.ts'
import { allVisitorLogNames } from './visitors/routing.ts'

/** How long a verdict can be looked up. */
const VERDICT_RETENTION_MS = 7 * 86_400_000

async function forgetOld(env: Env): Promise<void> {
  try {
    await forgetEnded(controlStore(env), Date.now())
  } catch (error) {
    console.warn(JSON.stringify({ event: 'forgetting_failed', reason: String(error) }))
  }
}

/**
 * Runs every few minutes. Forgets sessions and links past their time, and for every workspace: wakes objects
 * whose alarm gave up after six failures or that have not heard of a restored store or another rollout, lets
 * the projector look for events no poke told it of, takes changes into the audit log and anchors it, has the
 * served model looked at once a day, and forgets verdicts past their time.
 */
export async function sweep(env: Env): Promise<void> {
  await forgetOld(env)
  const directory = directoryOf(env)
  for (const id of await directory.workspaceIds()) {
    try {
      const workspace = await directory.workspace(id)
      if (!workspace) continue
      const store = workspaceStore(env, workspace)
      const { rows } = await store.execute('SELECT epoch FROM store_meta')
      const epoch = String(rows[0]?.epoch)
      const rollout = await env.WORKSPACE_HUB.getByName(id).rollout()
      await Promise.all(
        allVisitorLogNames(workspace).map((name) =>
          env.VISITOR_LOG.getByName(name).wake(epoch, rollout.version),
        ),
      )
      await env.PROJECTOR.getByName(id).poke()
      const hub = env.WORKSPACE_HUB.getByName(id)
      await hub.takeAudit()
      await hub.anchorAuditHourly()
      if (await hub.claimWatch()) await watchWorkspace(env, workspace)
      await store.execute({
        sql: 'DELETE FROM verdicts WHERE received_at < ?',
        args: [Date.now() - VERDICT_RETENTION_MS],
      })
    } catch (error) {
      console.warn(JSON.stringify({ event: 'sweep_failed', workspace: id, reason: String(error) }))
    }
  }
}
