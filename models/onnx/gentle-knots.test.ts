import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calibratedProbability, checkCalibration } from './calibration.ts'
import { gentleKnots } from './gentle-knots.ts'

const probability = fc.double({ min: 0, max: 1, noNaN: true })
const ascending = (values: number[]): number[] => values.sort((a, b) => a - b)
const steps = fc
  .array(fc.tuple(probability, probability), { minLength: 1, maxLength: 30 })
  .map((pairs) => ({
    x: ascending(pairs.map(([x]) => x)),
    y: ascending(pairs.map(([, y]) => y)),
  }))

const logit = (p: number): number => Math.log(p / (1 - p))

describe('knots of an isotonic fit made gentle', () => {
  test('can always be served', () => {
    fc.assert(
      fc.property(steps, ({ x, y }) => {
        expect(() => checkCalibration(gentleKnots(x, y))).not.toThrow()
      }),
      { numRuns: 1_000, verbose: 1 },
    )
  })

  test('keep lines that are gentle already', () => {
    const x = [0, 0.25, 0.5, 1]
    const y = [0.125, 0.25, 0.75, 1]
    const { x: places, y: heights } = gentleKnots(x, y)
    expect(Array.from(places)).toEqual(x)
    expect(Array.from(heights)).toEqual(y)
  })

  test('put a ramp through the middle of a step and leave the rest level', () => {
    const calibration = gentleKnots([0.2, 0.5, 0.5, 0.8], [0.1, 0.1, 0.5, 0.5])
    const at = (p: number) => calibratedProbability(calibration, logit(p))
    expect(at(0.01)).toBeCloseTo(0.1, 6)
    expect(at(0.47)).toBeCloseTo(0.1, 6)
    expect(at(0.5)).toBeCloseTo(0.3, 6)
    expect(at(0.53)).toBeCloseTo(0.5, 6)
    expect(at(0.99)).toBeCloseTo(0.5, 6)
  })
})
