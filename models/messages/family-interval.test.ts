import { expect, test } from 'vitest'
import { seededUniform } from '../random/seeded.ts'
import { shareRight } from './family-interval.ts'

test('the interval holds the true share about 95 times in 100, though families stand or fall together', () => {
  const uniform = seededUniform(11)
  const truth = 0.7
  const worlds = 200
  let held = 0
  for (let world = 0; world < worlds; world++) {
    const messages = Array.from({ length: 80 }, (_, family) => {
      const right = uniform() < truth
      return Array.from({ length: 3 }, () => ({ family, right }))
    }).flat()
    const { low, high } = shareRight(messages)
    if (low <= truth && truth <= high) held++
  }
  expect(held / worlds).toBeGreaterThan(0.9)
  expect(held / worlds).toBeLessThan(0.99)
})

test('the interval of alone-standing messages is narrower than that of families of them', () => {
  const width = (size: number): number => {
    const messages = Array.from({ length: 120 }, (_, at) => ({
      family: Math.floor(at / size),
      right: Math.floor(at / 4) % 3 > 0,
    }))
    const { value, low, high } = shareRight(messages)
    expect(value).toBeCloseTo(2 / 3, 9)
    return high - low
  }
  expect(width(4)).toBeGreaterThan(1.5 * width(1))
})

test('the interval is the same each time', () => {
  const messages = Array.from({ length: 30 }, (_, family) => ({ family, right: family % 3 > 0 }))
  expect(shareRight(messages)).toEqual(shareRight(messages))
})
