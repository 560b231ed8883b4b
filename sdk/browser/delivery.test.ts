import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterAnswer } from './delivery.ts'

const status = fc.integer({ min: 0, max: 599 })
const failures = fc.nat(200)
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('what follows an answer', () => {
  test.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [0, 'retry'],
    [408, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [503, 'retry'],
    [400, 'drop'],
    [401, 'drop'],
    [413, 'drop'],
  ])('to %i is %s', (code, kind) => {
    expect(afterAnswer(code, null, 0, 0).kind).toBe(kind)
  })

  test('is never a loss when the edge is away or busy, and never a wait of over five minutes', () => {
    fc.assert(
      fc.property(
        status,
        fc.option(fc.string()),
        failures,
        random,
        (code, header, failed, luck) => {
          const next = afterAnswer(code, header, failed, luck)
          if (code === 0 || code === 429 || code >= 500) expect(next.kind).toBe('retry')
          if (next.kind === 'retry') {
            expect(next.delayMs).toBeGreaterThanOrEqual(500)
            expect(next.delayMs).toBeLessThanOrEqual(300_000)
          }
        },
      ),
    )
  })

  test('waits longer after each failure, spread by chance, up to a minute', () => {
    const delays = [0, 1, 2, 3, 20].map((failed) => afterAnswer(503, null, failed, 0.999))
    expect(delays.map((next) => next.kind === 'retry' && Math.round(next.delayMs / 1000))).toEqual([
      1, 2, 4, 8, 60,
    ])
    expect(afterAnswer(503, null, 3, 0)).toEqual({ kind: 'retry', delayMs: 4_000 })
  })

  test('waits as long as the edge asks', () => {
    expect(afterAnswer(429, '17', 0, 0)).toEqual({ kind: 'retry', delayMs: 17_000 })
  })
})
