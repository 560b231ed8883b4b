import { describe, expect, test } from 'vitest'
import { mase, owa, smape } from './accuracy.ts'

describe('accuracy', () => {
  test('sMAPE is the mean of 200 |y − f| / (|y| + |f|), worked by hand', () => {
    expect(smape([100, 50], [300, 50])).toBeCloseTo((200 * 200) / 400 / 2, 12)
    expect(smape([10], [-10])).toBe(200)
    expect(smape([0, 0], [0, 0])).toBe(0)
  })

  test('MASE divides by the training error of the forecast from a season before', () => {
    const training = [1, 3, 2, 6]
    expect(mase(training, 1, [7, 9], [6, 6])).toBeCloseTo(2 / (7 / 3), 12)
    expect(mase(training, 2, [7, 9], [6, 6])).toBeCloseTo(2 / 2, 12)
  })

  test('MASE is refused where the training values repeat', () => {
    expect(() => mase([4, 4, 4], 1, [5], [4])).toThrow(/measure it by sMAPE alone/)
  })

  test('OWA is 1 for Naive2 itself, and the mean of two ratios for others', () => {
    const naive2 = { smape: 9.161, mase: 2.777 }
    expect(owa(naive2, naive2)).toBe(1)
    expect(owa({ smape: naive2.smape / 2, mase: naive2.mase }, naive2)).toBeCloseTo(0.75, 12)
  })
})
