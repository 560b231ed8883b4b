import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expectedCalibrationError, logLoss } from '../metrics/metrics.ts'
import { sigmoid } from '../onnx/linear-walker.ts'
import { seededUniform } from '../random/seeded.ts'
import { calibrated, marginsOf } from './calibration.ts'
import { chooseCalibration } from './choose-calibration.ts'
import { fitIsotonic } from './isotonic.ts'
import { fitPlatt } from './platt.ts'

const rowsArbitrary = fc
  .array(fc.tuple(fc.double({ min: -6, max: 6, noNaN: true }), fc.constantFrom(0, 1)), {
    minLength: 2,
    maxLength: 400,
  })
  .map((rows) => ({
    margins: Float64Array.from(rows, ([margin]) => margin),
    outcomes: Uint8Array.from(rows, ([, outcome]) => outcome),
  }))

/** Rows whose true margin is a function of the model's. */
function rowsOf(count: number, seed: number, truth: (margin: number) => number) {
  const uniform = seededUniform(seed)
  const margins = Float64Array.from({ length: count }, () => 8 * uniform() - 4)
  const outcomes = Uint8Array.from(margins, (m) => (uniform() < sigmoid(truth(m)) ? 1 : 0))
  return { margins, outcomes, probabilities: margins.map(sigmoid) }
}

describe('calibration', () => {
  test('Platt finds the slope and intercept that made the outcomes', () => {
    const { margins, outcomes } = rowsOf(40_000, 1, (margin) => 0.6 * margin - 1)
    const { a, b } = fitPlatt(margins, outcomes)
    expect(a).toBeCloseTo(0.6, 1)
    expect(b).toBeCloseTo(-1, 1)
  })

  test('neither kind ever turns the order of two rows around', () => {
    fc.assert(
      fc.property(rowsArbitrary, ({ margins, outcomes }) => {
        const sorted = margins.toSorted()
        for (const curve of [
          fitPlatt(margins, outcomes),
          fitIsotonic(margins.map(sigmoid), outcomes),
        ]) {
          const probabilities = calibrated(curve, sorted)
          probabilities.forEach((probability, row) => {
            expect(probability).toBeGreaterThanOrEqual(probabilities[row - 1] ?? 0)
            expect(probability).toBeLessThanOrEqual(1)
          })
        }
      }),
    )
  })

  test('perfectly separated, all alike and constant rows give finite numbers', () => {
    const margins = Float64Array.from({ length: 60 }, (_, row) => row - 30)
    for (const outcomes of [
      margins.map((margin) => (margin >= 0 ? 1 : 0)),
      margins.map((margin) => (margin < 0 ? 1 : 0)),
      margins.map(() => 1),
    ]) {
      const { a, b } = fitPlatt(margins, outcomes)
      expect(Number.isFinite(a) && Number.isFinite(b)).toBe(true)
      const { x, y } = fitIsotonic(margins.map(sigmoid), outcomes)
      expect([...x, ...y].every(Number.isFinite)).toBe(true)
    }
    const flat = fitPlatt(new Float64Array(50), new Uint8Array(50).fill(1, 0, 10))
    expect(sigmoid(flat.b)).toBeCloseTo(0.2, 1)
  })

  test('isotonic has rising knots, at most about a hundred of them', () => {
    const { probabilities, outcomes } = rowsOf(50_000, 2, (margin) => margin)
    const { x, y } = fitIsotonic(probabilities, outcomes)
    expect(x.length).toBeLessThanOrEqual(100)
    expect(x.length).toBeGreaterThan(20)
    expect([x[0], x.at(-1)]).toEqual([0, 1])
    for (let knot = 1; knot < x.length; knot++) {
      expect(x[knot]).toBeGreaterThan(x[knot - 1] ?? 0)
      expect(y[knot]).toBeGreaterThan(y[knot - 1] ?? 0)
    }
  })

  test('the kind that suits the rows is chosen, and repairs their probabilities', () => {
    const straight = rowsOf(6_000, 3, (margin) => 2 * margin + 0.5)
    const platt = chooseCalibration(straight.probabilities, straight.outcomes, 0)
    expect(platt.calibration.kind).toBe('platt')
    const stepped = rowsOf(6_000, 4, (margin) => (margin < 1 ? -2 : 2.5))
    const isotonic = chooseCalibration(stepped.probabilities, stepped.outcomes, 0)
    expect(isotonic.calibration.kind).toBe('isotonic')
    for (const [{ probabilities, outcomes }, chosen] of [
      [straight, platt],
      [stepped, isotonic],
    ] as const) {
      const before = expectedCalibrationError({ probabilities, outcomes })
      const after = expectedCalibrationError({ probabilities: chosen.probabilities, outcomes })
      expect(after).toBeLessThan(0.025)
      expect(before).toBeGreaterThan(3 * after)
      expect(logLoss({ probabilities: chosen.probabilities, outcomes })).toBeCloseTo(
        Math.min(chosen.logLoss.platt, chosen.logLoss.isotonic),
        12,
      )
    }
    expect(chooseCalibration(straight.probabilities, straight.outcomes, 0)).toEqual(platt)
  })

  test('margins of certain probabilities stay finite', () => {
    expect(Array.from(marginsOf([0, 0.5, 1]))).toEqual([-30, 0, 30])
  })
})
