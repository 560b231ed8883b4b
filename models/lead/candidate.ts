import type { Attribution } from '#shared/explain/attribution.ts'
import type { ModelColumn, TrainedManifest } from '#shared/scoring/manifest.ts'
import type { TrainingRow } from '#shared/training/training-row.ts'

/** A model that could ship, calibrated; everything it says is what its file says. */
export interface Candidate {
  algorithm: TrainedManifest['algorithm']
  calibration: 'platt' | 'isotonic'
  /**
   * Of the validation rows, by the model that has not seen them, each calibrated by a curve fitted without
   * it. What decides which model ships.
   */
  validation: Float64Array
  columns: ModelColumn[]
  /** Margin of the average visitor, in log-odds. */
  base: number
  l2: number | null
  /** Calibrated probabilities, a row each. */
  probabilities(rows: readonly TrainingRow[]): Float64Array
  /** What each feature adds to a row's margin before calibration. */
  attributions(row: TrainingRow): Attribution[]
  onnx(metadata: Record<string, string>): Uint8Array<ArrayBuffer>
}

export interface TrainingParts {
  fit: readonly TrainingRow[]
  validation: readonly TrainingRow[]
  /** All of the training period, which the model that ships is fitted on. */
  training: readonly TrainingRow[]
}
