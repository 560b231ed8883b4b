import { z } from 'zod'
import type { FeatureDrift } from './feature-drift.ts'
import type { OutcomeDrift } from './outcome-drift.ts'
import { CHANGED_INDEX } from './population-stability.ts'

export const DRIFT_KINDS = ['values', 'missing', 'scores', 'calibration', 'order'] as const

export const DriftFinding = z.object({
  /** The column or feature; null where the model as a whole is meant. */
  column: z.string().nullable(),
  kind: z.enum(DRIFT_KINDS),
  /** One sentence with the figures. */
  message: z.string(),
})
export type DriftFinding = z.infer<typeof DriftFinding>

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const howMuch = (stability: number): string => (stability >= CHANGED_INDEX ? 'quite' : 'somewhat')

/** @param rows what rows are called: "rows", "visitors" */
export function columnFindings(
  column: string,
  { alarms, missing, stability }: FeatureDrift,
  rows: string,
): DriftFinding[] {
  return alarms.map((kind) => ({
    column,
    kind,
    message:
      kind === 'missing'
        ? `"${column}" was missing in ${percent(missing.reference)} of the ${rows} and now is in ${percent(missing.recent)}.`
        : `"${column}" has ${howMuch(stability)} other values than before (stability index ${stability.toFixed(2)}).`,
  }))
}

export function scoreFindings({ alarms, stability }: FeatureDrift): DriftFinding[] {
  if (alarms.length === 0) return []
  const message = `The model gives ${howMuch(stability)} other scores than before (stability index ${stability.toFixed(2)}).`
  return [{ column: null, kind: 'scores', message }]
}

export function outcomeFindings({
  alarms,
  predicted,
  observed,
  auc,
}: OutcomeDrift): DriftFinding[] {
  return alarms.map((kind) => ({
    column: null,
    kind,
    message:
      kind === 'calibration'
        ? `It predicts ${percent(predicted)} and ${percent(observed)} happened: calibrate it on newer rows.`
        : `It orders worse than before: AUC ${auc.recent.toFixed(3)} after ${auc.reference.toFixed(3)}. Train it on newer rows, or try the simpler model.`,
  }))
}
