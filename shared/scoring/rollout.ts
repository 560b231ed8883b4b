import { z } from 'zod'
import { TrainedManifest } from './manifest.ts'

export const MODEL_STAGES = ['draft', 'shadow', 'challenger', 'champion', 'retired'] as const
export const ModelStage = z.enum(MODEL_STAGES)
export type ModelStage = z.infer<typeof ModelStage>

/** A challenger that has more than half is the champion, whatever it is called. */
export const MAX_SHARE_PERCENT = 50
/** Each costs every score as much as the served model does. */
export const MAX_SHADOWS = 3

/** The least probability of each grade; below C it is D. */
export const GradeCutoffs = TrainedManifest.shape.grades.refine(
  ({ A, B, C }) => 0 < C && C < B && B < A && A < 1,
  { message: 'Cut-offs are probabilities between 0 and 1, C below B below A.' },
)
export type GradeCutoffs = z.infer<typeof GradeCutoffs>

const SharePercent = z.number().int().min(1).max(MAX_SHARE_PERCENT)

/** What scores a workspace's visitors. Bodies never change; the hub names the current one. */
export const Rollout = z.object({
  version: z.number().int().nonnegative(),
  /** The version of the champion; null for the model that ships. */
  champion: z.string().nullable(),
  /** The champion before the last change of champion, for the way back; absent before the first. */
  previousChampion: z.string().nullable().optional(),
  challenger: z.object({ model: z.string(), sharePercent: SharePercent }).nullable(),
  shadows: z.array(z.string()).max(MAX_SHADOWS),
  /** Set by people; null for each model's own. */
  grades: GradeCutoffs.nullable(),
})
export type Rollout = z.infer<typeof Rollout>

/** The model that ships, alone. */
export const STARTER_ROLLOUT: Rollout = {
  version: 0,
  champion: null,
  challenger: null,
  shadows: [],
  grades: null,
}

/** What people may ask of the registry. */
export const RolloutCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('promote'), model: z.string() }),
  z.object({ kind: z.literal('challenge'), model: z.string(), sharePercent: SharePercent }),
  z.object({ kind: z.literal('shadow'), model: z.string() }),
  z.object({ kind: z.literal('retire'), model: z.string() }),
  z.object({ kind: z.literal('roll_back') }),
  z.object({ kind: z.literal('grade'), grades: GradeCutoffs.nullable() }),
])
export type RolloutCommand = z.infer<typeof RolloutCommand>

export type RolloutDecision =
  | { kind: 'changed'; rollout: Rollout }
  /** It already is as asked: a repeat changes nothing. */
  | { kind: 'unchanged' }
  | { kind: 'refused'; reason: string; next: string }

/** The rollout that follows from a command, one version higher. */
export function afterCommand(rollout: Rollout, command: RolloutCommand): RolloutDecision {
  const version = rollout.version + 1
  switch (command.kind) {
    case 'promote': {
      const { model } = command
      if (rollout.champion === model) return { kind: 'unchanged' }
      const rest = without(rollout, model)
      return changed({ ...rest, version, champion: model, previousChampion: rollout.champion })
    }
    case 'challenge': {
      const { model, sharePercent } = command
      const now = rollout.challenger
      if (rollout.champion === model) return isChampion(model)
      if (now?.model === model && now.sharePercent === sharePercent) return { kind: 'unchanged' }
      if (now && now.model !== model) {
        const reason = `${now.model} is the challenger already.`
        return refused(reason, 'Retire or promote it first: two at a time could not be told apart.')
      }
      const challenger = { model, sharePercent }
      return changed({ ...without(rollout, model), version, challenger })
    }
    case 'shadow': {
      const { model } = command
      if (rollout.champion === model) return isChampion(model)
      if (rollout.shadows.includes(model)) return { kind: 'unchanged' }
      if (rollout.shadows.length >= MAX_SHADOWS) {
        return refused(`There are ${MAX_SHADOWS} shadows already.`, 'Retire one of them first.')
      }
      const rest = without(rollout, model)
      return changed({ ...rest, version, shadows: [...rest.shadows, model] })
    }
    case 'retire': {
      const { model } = command
      if (rollout.champion === model) return isChampion(model)
      if (stageIn(rollout, model) === null) return { kind: 'unchanged' }
      return changed({ ...without(rollout, model), version })
    }
    case 'roll_back': {
      const { previousChampion } = rollout
      if (previousChampion === undefined) {
        const reason = 'No model was promoted yet, or the last promotion is rolled back already.'
        return refused(reason, 'Promote a model of the registry instead.')
      }
      const { previousChampion: _, ...rest } = without(rollout, previousChampion)
      return changed({ ...rest, version, champion: previousChampion })
    }
    case 'grade': {
      if (sameGrades(rollout.grades, command.grades)) return { kind: 'unchanged' }
      return changed({ ...rollout, version, grades: command.grades })
    }
  }
}

/** The stage that a rollout gives a model; null for none. */
export function stageIn(rollout: Rollout, model: string): ModelStage | null {
  if (rollout.champion === model) return 'champion'
  if (rollout.challenger?.model === model) return 'challenger'
  return rollout.shadows.includes(model) ? 'shadow' : null
}

/** Every model that a rollout needs, but for the one that ships. */
export function modelsIn({ champion, challenger, shadows }: Rollout): string[] {
  return [champion, challenger?.model, ...shadows].filter((model) => typeof model === 'string')
}

const changed = (rollout: Rollout): RolloutDecision => ({ kind: 'changed', rollout })

const refused = (reason: string, next: string): RolloutDecision => ({
  kind: 'refused',
  reason,
  next,
})

const isChampion = (model: string): RolloutDecision =>
  refused(`${model} is the champion.`, 'Promote another model or roll back first.')

function without(rollout: Rollout, model: string | null): Rollout {
  return {
    ...rollout,
    challenger: rollout.challenger?.model === model ? null : rollout.challenger,
    shadows: rollout.shadows.filter((shadow) => shadow !== model),
  }
}

function sameGrades(a: GradeCutoffs | null, b: GradeCutoffs | null): boolean {
  return a?.A === b?.A && a?.B === b?.B && a?.C === b?.C
}
