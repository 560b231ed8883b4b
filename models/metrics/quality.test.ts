import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { delongAuc, delongGap } from '#shared/metrics/delong.ts'
import { seededUniform } from '../random/seeded.ts'
import { auc, brier, logLoss, type Predictions } from './metrics.ts'
import { aucGap, qualityOf } from './quality.ts'
import { measure, ranked } from './ranked.ts'

const predictions = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(0, 1)), {
    minLength: 4,
    maxLength: 60,
  })
  .filter((rows) => rows.filter(([, y]) => y === 1).length >= 2)
  .filter((rows) => rows.filter(([, y]) => y === 0).length >= 2)
  .map((rows) => ({ probabilities: rows.map(([p]) => p / 20), outcomes: rows.map(([, y]) => y) }))

/** DeLong's variance by its definition: every converter against every non-converter. */
function varianceByPairs({ probabilities, outcomes }: Predictions): number {
  const scores = (wanted: number): number[] =>
    Array.from(probabilities).filter((_, row) => outcomes[row] === wanted)
  const [low, high] = [scores(0), scores(1)]
  const win = (a: number, b: number): number => (Math.sign(a - b) + 1) / 2
  const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
  const varianceOfMean = (values: number[]): number =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) /
    (values.length - 1) /
    values.length
  return (
    varianceOfMean(high.map((a) => mean(low.map((b) => win(a, b))))) +
    varianceOfMean(low.map((b) => mean(high.map((a) => win(a, b)))))
  )
}

/** Rows whose outcomes follow their probabilities. */
function honest(count: number, seed: number): Predictions {
  const uniform = seededUniform(seed)
  const probabilities = Float64Array.from({ length: count }, () => uniform() ** 2)
  return { probabilities, outcomes: probabilities.map((p) => (uniform() < p ? 1 : 0)) }
}

describe('AUC with its variance', () => {
  test('mid-ranks give what comparing every pair gives, ties and all', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const fast = delongAuc(rows)
        expect(fast.auc).toBeCloseTo(auc(rows), 12)
        expect(fast.variance).toBeCloseTo(varianceByPairs(rows), 12)
      }),
    )
  })
})

describe('the gap between two models', () => {
  test('a model is no better than itself, and the gap turns its sign with the order', () => {
    fc.assert(
      fc.property(predictions, fc.integer(), ({ probabilities, outcomes }, seed) => {
        const uniform = seededUniform(seed)
        const other = probabilities.map(() => uniform())
        expect(delongGap(outcomes, probabilities, probabilities)).toEqual({ auc: 0, variance: 0 })
        const [there, back] = [
          delongGap(outcomes, probabilities, other),
          delongGap(outcomes, other, probabilities),
        ]
        expect(there.auc).toBeCloseTo(
          auc({ probabilities, outcomes }) - auc({ probabilities: other, outcomes }),
          12,
        )
        expect(back.auc).toBeCloseTo(-there.auc, 12)
        expect(back.variance).toBeCloseTo(there.variance, 12)
      }),
    )
  })

  test('a slightly blurred copy is told apart, where the two intervals alone overlap', () => {
    const { probabilities, outcomes } = honest(4_000, 8)
    const uniform = seededUniform(9)
    const blurred = Float64Array.from(probabilities, (p) => p + 0.3 * uniform())
    const gap = aucGap(outcomes, probabilities, blurred)
    expect(gap.low).toBeGreaterThan(0)
    const [sharp, blunt] = [probabilities, blurred].map((scores) =>
      delongAuc({ probabilities: scores, outcomes }),
    )
    const half = (found: typeof sharp): number => 1.96 * Math.sqrt(found?.variance ?? 0)
    expect((blunt?.auc ?? 0) + half(blunt)).toBeGreaterThan((sharp?.auc ?? 0) - half(sharp))
  })
})

describe('measures in one pass', () => {
  test('log loss and Brier score are those of the plain definitions', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const once = new Uint8Array(rows.outcomes.length).fill(1)
        const measures = measure(ranked(rows), once)
        expect(measures.logLoss).toBeCloseTo(logLoss(rows), 10)
        expect(measures.brier).toBeCloseTo(brier(rows), 12)
      }),
    )
  })

  test('taking rows several times is the same as having them several times', () => {
    fc.assert(
      fc.property(predictions, fc.infiniteStream(fc.integer({ min: 1, max: 3 })), (rows, times) => {
        const sorted = ranked(rows)
        const counts = Uint8Array.from(sorted.outcomes, () => times.next().value ?? 1)
        const repeated = (values: ArrayLike<number>): number[] =>
          Array.from(counts).flatMap((count, row) => Array(count).fill(values[row]))
        const many = ranked({
          probabilities: repeated(sorted.probabilities),
          outcomes: repeated(sorted.outcomes),
        })
        const once = new Uint8Array(many.outcomes.length).fill(1)
        const [a, b] = [measure(sorted, counts), measure(many, once)]
        expect(a.averagePrecision).toBeCloseTo(b.averagePrecision, 10)
        expect(a.ece).toBeCloseTo(b.ece, 10)
        expect(a.recallAtTop20).toBeCloseTo(b.recallAtTop20, 10)
      }),
    )
  })

  test('the order of rows with equal probability does not matter', () => {
    fc.assert(
      fc.property(predictions, (rows) => {
        const once = new Uint8Array(rows.outcomes.length).fill(1)
        const reversed = {
          probabilities: rows.probabilities.toReversed(),
          outcomes: rows.outcomes.toReversed(),
        }
        const [a, b] = [measure(ranked(rows), once), measure(ranked(reversed), once)]
        expect(a.averagePrecision).toBeCloseTo(b.averagePrecision, 12)
        expect(a.recallAtTop20).toBeCloseTo(b.recallAtTop20, 12)
        expect(Array.from(a.lift, (l, i) => Math.abs(l - (b.lift[i] ?? 0)) < 1e-9)).not.toContain(
          false,
        )
      }),
    )
  })

  test('average precision, recall and lift have their textbook values', () => {
    const rows = {
      probabilities: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0],
      outcomes: [1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    }
    const measures = measure(ranked(rows), new Uint8Array(10).fill(1))
    expect(measures.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12)
    expect(measures.recallAtTop20).toBeCloseTo(0.5, 12)
    expect(Array.from(measures.lift.slice(0, 3))).toEqual([5, 0, 5])
  })
})

describe('quality with intervals', () => {
  test('it is the same for the same seed, and its values lie within their intervals', () => {
    const rows = honest(2_000, 1)
    const quality = qualityOf(rows, 5)
    expect(qualityOf(rows, 5)).toEqual(quality)
    const { auc, averagePrecision, logLoss, brier, ece, recallAtTop20 } = quality
    for (const { value, low, high } of [
      auc,
      averagePrecision,
      logLoss,
      brier,
      ece,
      recallAtTop20,
    ]) {
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }
    expect(ece.value).toBeLessThan(0.04)
    expect(quality.tenths).toHaveLength(10)
  })

  test('about 95 of 100 samples have the true log loss and AUC in their intervals', () => {
    const truth = honest(400_000, 99)
    const [trueAuc, trueLoss] = [auc(truth), logLoss(truth)]
    let covered = { auc: 0, loss: 0 }
    for (let sample = 0; sample < 100; sample++) {
      const quality = qualityOf(honest(300, sample), 0)
      const holds = ({ low, high }: { low: number; high: number }, value: number): number =>
        low <= value && value <= high ? 1 : 0
      covered = {
        auc: covered.auc + holds(quality.auc, trueAuc),
        loss: covered.loss + holds(quality.logLoss, trueLoss),
      }
    }
    expect(covered.auc).toBeGreaterThanOrEqual(89)
    expect(covered.loss).toBeGreaterThanOrEqual(89)
  })
})
