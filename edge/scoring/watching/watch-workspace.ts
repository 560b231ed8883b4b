import type { WatchReport } from '#shared/drift/watch-report.ts'
import type { Env } from '../../env.ts'
import { workspaceStore } from '../../store/workspace-store.ts'
import type { Workspace } from '../../tenancy/workspace.ts'
import { starterScorer } from '../starter-scorer.ts'
import { watchModel } from './watch-model.ts'

/**
 * Looks at the model that serves a workspace, and says in the log what is not as it was.
 *
 * @throws what the store or the hub throws
 */
export async function watchWorkspace(env: Env, workspace: Workspace): Promise<WatchReport> {
  const hub = env.WORKSPACE_HUB.getByName(workspace.id)
  const { champion } = await hub.rollout()
  const model = champion ?? (await starterScorer()).manifest.version
  const report = await watchModel(workspaceStore(env, workspace), model, Date.now())
  await hub.watched()
  for (const { kind, column } of report.findings) {
    const said = { event: 'model_drift', workspace: workspace.id, model, kind, feature: column }
    console.warn(JSON.stringify(said))
  }
  return report
}
