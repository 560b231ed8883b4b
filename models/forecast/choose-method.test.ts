import { describe, expect, test } from 'vitest'
import { chooseMethod, chosenForecast } from './choose-method.ts'
import { intervalsAround, widening } from './intervals.ts'
import { METHODS, type MethodName } from './methods.ts'
import type { PointForecast } from './point-forecast.ts'
import type { Origin } from './rolling-origin.ts'

/** Each method errs by its number at every step; those not named err by 10. */
function origin(errors: Partial<Record<MethodName, number>>): Origin {
  const forecasts = Object.fromEntries(
    METHODS.map((name) => [
      name,
      {
        mean: Float64Array.of(errors[name] ?? 10, errors[name] ?? 10),
        deviation: Float64Array.of(1, 2),
      },
    ]),
  ) as Record<MethodName, PointForecast>
  return { forecasts, actual: [0, 0] }
}

describe('the choice of a method', () => {
  test('is one method where it was clearly better at every origin', () => {
    const rest = { ses: 7, holt: 7, damped: 7, ets: 7 }
    const origins = [origin({ ...rest, theta: 5 }), origin({ ...rest, theta: 5 })]
    expect(chooseMethod(origins, 1)).toEqual({ kind: 'single', method: 'theta' })
  })

  test('is a combination where two did about as well, the better one with more weight', () => {
    const choice = chooseMethod([origin({ ets: 4, damped: 9 }), origin({ ets: 9, damped: 4.5 })], 1)
    if (choice.kind !== 'combination') throw new Error('No method was better at both origins.')
    expect(choice.weights.ets).toBe(1)
    expect(choice.weights.damped).toBeCloseTo((6.5 / 6.75) ** 4, 12)
    expect(choice.weights.ses).toBeCloseTo((6.5 / 10) ** 4, 12)
  })

  test('weighs all the same without origins', () => {
    const choice = chooseMethod([], 1)
    const { forecasts } = origin({ ses: 0, holt: 5, damped: 10, ets: 15, theta: 20 })
    expect([...chosenForecast(choice, forecasts).mean]).toEqual([10, 10])
  })

  test('repeats the last season only where there is one', () => {
    const origins = [origin({ seasonal_naive: 0 }), origin({ seasonal_naive: 0 })]
    expect(chooseMethod(origins, 7)).toMatchObject({ weights: { seasonal_naive: 1, ses: 0 } })
    expect(chooseMethod(origins, 1)).toMatchObject({ kind: 'combination' })
  })
})

describe('intervals', () => {
  const single = { kind: 'single', method: 'ses' } as const

  test('are as wide as the deviations say without origins, and wider after large errors', () => {
    expect(widening(single, [])).toBe(1)
    const distance = (4 / 1 + 4 / 2) / 2 / Math.sqrt(2 / Math.PI)
    expect(widening(single, [origin({ ses: 4 })])).toBeCloseTo((3 + distance) / 4, 12)
  })

  test('are 1.28 and 1.96 deviations around the mean', () => {
    const point = { mean: Float64Array.of(10), deviation: Float64Array.of(2) }
    const { lower80, upper95 } = intervalsAround(point, 1.5)
    expect(lower80[0]).toBeCloseTo(10 - 1.2816 * 3, 12)
    expect(upper95[0]).toBeCloseTo(10 + 1.96 * 3, 12)
  })
})
