import { ALARM_STANDARD_ERRORS } from './alarm.ts'

/** How a model did in a period whose outcomes are known. */
export interface OutcomePeriod {
  probabilities: ArrayLike<number>
  /** 1 where it happened. */
  outcomes: ArrayLike<number>
  /** Area under the ROC curve with its variance, of the same rows. */
  auc: { value: number; variance: number }
}

export interface OutcomeDrift {
  /** What was predicted and what happened, as shares of the recent rows. */
  predicted: number
  observed: number
  auc: { reference: number; recent: number }
  alarms: ('calibration' | 'order')[]
}

/** Predicted and observed rates this far apart, as a share of the larger, mislead who plans by them. */
const LEAST_RATE_GAP = 0.1
const LEAST_AUC_LOST = 0.02

/**
 * Whether a model still means what it says, once outcomes are known: the observed rate against the sum of
 * predictions (calibration in the large, Cox 1958), and the AUC against the one of the reference period.
 */
export function outcomeDrift(
  reference: Pick<OutcomePeriod, 'auc'>,
  recent: OutcomePeriod,
): OutcomeDrift {
  const rows = recent.probabilities.length
  let [predicted, observed, variance] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    const probability = recent.probabilities[row] ?? 0
    predicted += probability
    variance += probability * (1 - probability)
    observed += recent.outcomes[row] ?? 0
  }
  const gap = Math.abs(observed - predicted)
  const misleads =
    gap > ALARM_STANDARD_ERRORS * Math.sqrt(variance) &&
    gap >= LEAST_RATE_GAP * Math.max(observed, predicted)
  const lost = reference.auc.value - recent.auc.value
  const error = Math.sqrt(reference.auc.variance + recent.auc.variance)
  const ordersWorse = lost >= LEAST_AUC_LOST && lost > ALARM_STANDARD_ERRORS * error
  return {
    predicted: rows === 0 ? 0 : predicted / rows,
    observed: rows === 0 ? 0 : observed / rows,
    auc: { reference: reference.auc.value, recent: recent.auc.value },
    alarms: [
      ...(misleads ? (['calibration'] as const) : []),
      ...(ordersWorse ? (['order'] as const) : []),
    ],
  }
}
