import { describe, expect, test } from 'vitest'
import { randomStream } from './random.ts'

const DRAWS = 20_000
const draws = <T>(draw: () => T) => Array.from({ length: DRAWS }, draw)
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('a random stream', () => {
  test('is repeated by its seed and name, and unlike its neighbours', () => {
    const first = (seed: number, name: string) => {
      const random = randomStream(seed, name)
      return Array.from({ length: 5 }, () => random.uniform())
    }
    expect(first(1, 'a')).toEqual(first(1, 'a'))
    const firsts = [first(1, 'a'), first(1, 'b'), first(2, 'a'), first(11, 'a')].flat()
    expect(new Set(firsts).size).toBe(20)
  })

  test('has neighbouring names whose first draws are spread evenly', () => {
    const firsts = Array.from({ length: 5000 }, (_, i) => randomStream(1, `visitor/${i}`).uniform())
    const tenths = Map.groupBy(firsts, (value) => Math.floor(value * 10))
    for (const group of tenths.values()) expect(Math.abs(group.length - 500)).toBeLessThan(110)
  })

  test('draws with the moments its distributions promise', () => {
    const random = randomStream(4, 'moments')
    expect(mean(draws(random.uniform))).toBeCloseTo(0.5, 1)
    expect(mean(draws(() => random.exponential(3)))).toBeCloseTo(3, 0)
    const normals = draws(random.normal)
    expect(mean(normals)).toBeCloseTo(0, 1)
    expect(mean(normals.map((value) => value ** 2))).toBeCloseTo(1, 1)
  })

  test('picks by weight and within bounds', () => {
    const random = randomStream(5, 'weights')
    const picks = draws(() => random.weighted({ often: 3, seldom: 1, never: 0 }))
    expect(picks.filter((pick) => pick === 'often').length / DRAWS).toBeCloseTo(0.75, 1)
    expect(picks).not.toContain('never')
    expect(new Set(draws(() => random.integer(2, 4)))).toEqual(new Set([2, 3, 4]))
  })
})
