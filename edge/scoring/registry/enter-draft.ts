import type { AuditOrigin } from '#shared/audit/entry.ts'
import type { Env } from '../../env.ts'
import { ProblemError, problems } from '../../problems/problem.ts'
import type { Workspace } from '../../tenancy/workspace.ts'
import type { ScoringModel } from '../served-model.ts'
import { starterScorer } from '../starter-scorer.ts'
import { checkFitness } from './checks/check-model.ts'
import type { ModelNotes } from './model-store.ts'

/**
 * Enters a model as a draft, after a look whether it can be served at all. Entered again it stays as it is.
 *
 * @throws ProblemError 400 where it cannot be served, 409 where another model has its version
 */
export async function enterDraft(
  env: Env,
  workspace: Workspace,
  model: ScoringModel & ModelNotes,
  origin: AuditOrigin,
): Promise<{ version: string; stage: 'draft' }> {
  const { version } = model.manifest
  const { manifest: starter } = await starterScorer()
  if (version === starter.version) throw taken(version)
  const unfit = checkFitness(model)
  if (unfit) throw new ProblemError(problems.invalid(unfit.finding, 'the model'))
  const hub = env.WORKSPACE_HUB.getByName(workspace.id)
  const answer = await hub.registerModel(model, { origin, reason: model.note, checks: null })
  if (answer.kind === 'taken') throw taken(version)
  return { version, stage: 'draft' }
}

const taken = (version: string) =>
  new ProblemError(
    problems.conflict(
      `Another model has the version ${version}.`,
      'Give this one a version of its own.',
    ),
  )
