import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisionMoments, MOST_MOMENTS } from './decision-moments.ts'

const DAY_MS = 86_400_000
const times = fc
  .array(fc.integer({ min: 0, max: 100 * DAY_MS }), { minLength: 1, maxLength: 30 })
  .map((list) => list.toSorted((a, b) => a - b))

describe('decision moments', () => {
  test('are a few distinct moments in order, each at an event or at most ten days after one', () => {
    fc.assert(
      fc.property(fc.string(), times, (visitorId, known) => {
        const moments = decisionMoments(visitorId, known)
        expect(moments).toEqual([...new Set(moments)].sort((a, b) => a - b))
        expect(moments.length).toBeGreaterThan(0)
        expect(moments.length).toBeLessThanOrEqual(MOST_MOMENTS)
        for (const at of moments) {
          expect(known.some((time) => time <= at && at <= time + 10 * DAY_MS)).toBe(true)
        }
        expect(decisionMoments(visitorId, known)).toEqual(moments)
      }),
    )
  })

  test('without events there are none', () => {
    expect(decisionMoments('visitor-1', [])).toEqual([])
  })

  test('over many visitors, three in five are at an event, and every event has its share', () => {
    const known = [0, 20, 40, 60].map((day) => day * DAY_MS)
    const moments = Array.from({ length: 4_000 }, (_, n) => decisionMoments(`v-${n}`, known)).flat()
    // Two draws of one visitor may be the same event, which counts once.
    const at = known.map((time) => moments.filter((moment) => moment === time).length)
    const atEvents = at.reduce((sum, count) => sum + count, 0)
    const after = moments.length - atEvents
    expect(after / (3 * 4_000)).toBeCloseTo(0.4, 1)
    for (const count of at) expect(count / atEvents).toBeCloseTo(0.25, 1)
    const waits = moments.map((moment) => moment % (20 * DAY_MS)).filter((wait) => wait > 0)
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
    expect(mean / DAY_MS).toBeCloseTo(5, 0)
  })
})
