import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { encodeRows, type ModelValues } from '#shared/scoring/encoding.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { type OnnxRuntime, OnnxRuntimeError } from '../../onnx-runtime.ts'
import { type ScoringModel, servedModel } from '../../served-model.ts'

/** Two readers of one file may differ by their rounding, and by no more. */
const MAX_DIFFERENCE = 1e-5
const EXTREMES = [Number.NaN, 0, 1, -1, 1e6, -1e6, 3.4e38, -3.4e38]

/**
 * Whether ONNX Runtime and the walker read the model alike, on recent visitors and on rows of extremes.
 *
 * @throws ModelError, OnnxError where the model cannot be served at all
 */
export async function parityCheck(
  model: ScoringModel,
  runtime: OnnxRuntime,
  visitors: readonly ModelValues[],
): Promise<PromotionCheck> {
  const check = 'parity' as const
  const served = servedModel(model)
  const seen = encodeRows(model.manifest.columns, visitors)
  const rows = new Float32Array(seen.length + EXTREMES.length * served.columns)
  rows.set(seen)
  for (const [at, value] of EXTREMES.entries()) {
    rows.fill(value, seen.length + at * served.columns, seen.length + (at + 1) * served.columns)
  }
  const count = rows.length / served.columns
  try {
    const session = await runtime.open(model.onnx, {
      input: INPUT_NAME,
      output: PROBABILITY_OUTPUT,
    })
    try {
      const largest = largestDifference(await session.run(rows, count), served.walk(rows))
      const finding = `ONNX Runtime and the walker differ by at most ${largest.toExponential(1)} over ${count} rows.`
      return { check, verdict: largest <= MAX_DIFFERENCE ? 'passed' : 'failed', finding }
    } finally {
      await session.release()
    }
  } catch (error) {
    if (!(error instanceof OnnxRuntimeError)) throw error
    const verdict = error.kind === 'start_failed' ? 'unknown' : 'failed'
    return { check, verdict, finding: `ONNX Runtime could not run it: ${error.message}` }
  }
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  for (let row = 0; row < a.length; row++) {
    const difference = Math.abs((a[row] ?? Number.NaN) - (b[row] ?? Number.NaN))
    // A probability that is no number is as far off as can be.
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference)
  }
  return largest
}
