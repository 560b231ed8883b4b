import { attribute, linearExplainer } from '#shared/explain/linear.ts'
import { FEATURES } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { marginsOf } from '../calibration/calibration.ts'
import { crossCalibrated } from '../calibration/choose-calibration.ts'
import { fitPlatt } from '../calibration/platt.ts'
import { outcomesOf, predict, trainLogistic } from '../logistic/train.ts'
import { linearToOnnx } from '../onnx/linear.ts'
import { heldValue, linearMargins } from '../onnx/linear-walker.ts'
import type { Candidate, TrainingParts } from './candidate.ts'

/**
 * Logistic regression, calibrated by Platt's line: a·margin + b is a linear model again, so the graph stays
 * as it is and only the weights change.
 * @throws TrainingError where an outcome is absent from a part
 */
export function logisticCandidate(
  { fit, validation, training }: TrainingParts,
  seed: number,
): Candidate {
  const outcomes = outcomesOf(validation)
  const unseen = predict(trainLogistic(FEATURES, fit), validation)
  const { a, b } = fitPlatt(marginsOf(unseen), outcomes)
  const { columns, parameters, means, l2 } = trainLogistic(FEATURES, training)
  const calibrated = {
    ...parameters,
    weights: parameters.weights.map((weight) => a * weight),
    bias: Math.fround(a * parameters.bias + b),
  }
  const linear = { ...calibrated, metadata: {} }
  const named = columns.map((column, index) => ({ ...column, mean: means[index] ?? 0 }))
  const explainer = linearExplainer(
    named.map(({ feature, mean }, column) => ({
      feature,
      mean,
      weight: calibrated.weights[column] ?? 0,
    })),
  )
  return {
    algorithm: 'logistic-regression',
    calibration: 'platt',
    validation: crossCalibrated('platt', unseen, outcomes, seed),
    columns: named,
    base: linearMargins(linear, means)[0] ?? 0,
    l2,
    probabilities: (rows) => predict({ columns, parameters: calibrated }, rows),
    attributions: ({ features }) =>
      attribute(
        explainer,
        encodeRows(columns, [features]).map((value, column) => heldValue(linear, column, value)),
      ),
    onnx: (metadata) => linearToOnnx({ ...calibrated, metadata }),
  }
}
