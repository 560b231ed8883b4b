import { INPUT_NAME, PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { encodeRows, type ModelValues } from '#shared/scoring/encoding.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import { type OnnxRuntime, OnnxRuntimeError, type OnnxSession } from '../../onnx-runtime.ts'
import { type ScoringModel, servedModel } from '../../served-model.ts'

/** Two readers of one file may differ by their rounding, and by no more. */
const MAX_DIFFERENCE = 1e-5
/** A graph of another toolkit may add infinities of both signs up beyond these, and then another model scores. */
const MODEST_EXTREMES = [Number.NaN, 0, 1, -1, 1e6, -1e6]
const EXTREMES = [Number.NaN, 0, 1, -1, 1e6, -1e6, 3.4e38, -3.4e38]

/**
 * Whether ONNX Runtime and the walker read the model alike, on recent visitors and on rows of extremes. A
 * model without a walker must give each row a probability that the other rows of the batch do not change.
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
  const extremes = served.kind === 'walked' ? EXTREMES : MODEST_EXTREMES
  const rows = new Float32Array(seen.length + extremes.length * served.columns)
  rows.set(seen)
  for (const [at, value] of extremes.entries()) {
    rows.fill(value, seen.length + at * served.columns, seen.length + (at + 1) * served.columns)
  }
  const count = rows.length / served.columns
  try {
    const session = await runtime.open(model.onnx, {
      input: INPUT_NAME,
      output: PROBABILITY_OUTPUT,
    })
    try {
      const scored = await session.run(rows, count)
      const again =
        served.kind === 'walked' ? served.walk(rows) : await oneByOne(session, rows, served.columns)
      const largest = largestDifference(scored, again)
      const readers =
        served.kind === 'walked'
          ? 'ONNX Runtime and the walker differ'
          : 'No walker reads this model; ONNX Runtime alone, in a batch and row by row, differs'
      const finding = `${readers} by at most ${largest.toExponential(1)} over ${count} rows.`
      return { check, verdict: largest <= MAX_DIFFERENCE ? 'passed' : 'failed', finding }
    } finally {
      await session.release()
    }
  } catch (error) {
    if (!(error instanceof OnnxRuntimeError)) throw error
    // Without a walker nothing has read it.
    const isReadElsewhere = error.kind === 'start_failed' && served.kind === 'walked'
    const verdict = isReadElsewhere ? 'unknown' : 'failed'
    return { check, verdict, finding: `ONNX Runtime could not run it: ${error.message}` }
  }
}

async function oneByOne(
  session: OnnxSession,
  rows: Float32Array<ArrayBuffer>,
  columns: number,
): Promise<number[]> {
  const scored: number[] = []
  for (let at = 0; at < rows.length; at += columns) {
    const [probability] = await session.run(rows.slice(at, at + columns), 1)
    scored.push(probability ?? Number.NaN)
  }
  return scored
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
