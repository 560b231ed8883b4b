import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Granted, grant, type Lease, nextWanted, spend } from './lease.ts'
import { LeasedMeters } from './leased-meters.ts'
import { budgetOf } from './meters.ts'

const WINDOW_MS = 60_000
const BUDGET = { tokensPerWindow: 100, windowMs: WINDOW_MS }

describe('a budget that is leased', () => {
  test('is never granted twice in a window, and spent only in it: whoever asks, however often', () => {
    const step = fc.record({
      holder: fc.nat({ max: 5 }),
      afterMs: fc.nat({ max: 5_000 }),
      wanted: fc.integer({ min: -3, max: 300 }),
      spends: fc.nat({ max: 120 }),
    })
    fc.assert(
      fc.property(
        fc.nat({ max: 300 }),
        fc.array(step, { maxLength: 200 }),
        (tokensPerWindow, steps) => {
          const budget = { tokensPerWindow, windowMs: WINDOW_MS }
          const leases = new Map<number, Lease>()
          const spent = new Map<number, number>()
          let granted: Granted | null = null
          let now = 0
          for (const { holder, afterMs, wanted, spends } of steps) {
            now += afterMs
            const result = grant(granted, budget, wanted, now)
            granted = result.granted
            if (result.answer.kind === 'leased') leases.set(holder, result.answer.lease)
            for (let i = 0; i < spends; i++) {
              const lease = leases.get(holder)
              const left = lease && spend(lease, now)
              if (!left) break
              leases.set(holder, left)
              const window = Math.floor(now / WINDOW_MS)
              spent.set(window, (spent.get(window) ?? 0) + 1)
            }
          }
          for (const count of spent.values()) expect(count).toBeLessThanOrEqual(tokensPerWindow)
        },
      ),
    )
  })

  test('with holders whose clocks are behind is overspent by at most what they held at the end', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ wanted: fc.integer({ min: 1, max: 30 }), behindMs: fc.nat({ max: 3_000 }) }),
          { maxLength: 20 },
        ),
        (holders) => {
          const askedAt = WINDOW_MS - 1_000
          let granted: Granted | null = null
          let outstanding = 0
          let late = 0
          for (const { wanted, behindMs } of holders) {
            const result = grant(granted, BUDGET, wanted, askedAt)
            granted = result.granted
            if (result.answer.kind !== 'leased') continue
            outstanding += result.answer.lease.tokens
            // By the hub's clock the window ended half a second ago.
            let lease: Lease | null = result.answer.lease
            while (lease) {
              lease = spend(lease, WINDOW_MS + 500 - behindMs)
              if (lease) late += 1
            }
          }
          const next = grant(granted, BUDGET, 1_000, WINDOW_MS + 500)
          const inNext = next.answer.kind === 'leased' ? next.answer.lease.tokens : 0
          expect(inNext).toBe(BUDGET.tokensPerWindow)
          expect(late + inNext).toBeLessThanOrEqual(BUDGET.tokensPerWindow + outstanding)
          expect(outstanding).toBeLessThanOrEqual(BUDGET.tokensPerWindow)
        },
      ),
    )
  })

  test('says when there is more, and a clock that goes back opens no window again', () => {
    const first = grant(null, BUDGET, 100, WINDOW_MS + 1)
    const empty = grant(first.granted, BUDGET, 1, WINDOW_MS + 20_000)
    expect(empty.answer).toEqual({ kind: 'exhausted', retryAfterMs: 40_000 })
    expect(grant(first.granted, BUDGET, 1, WINDOW_MS - 10).answer.kind).toBe('exhausted')
    expect(grant(first.granted, BUDGET, 1, 2 * WINDOW_MS).answer.kind).toBe('leased')
  })

  test('is asked for in larger pieces by the busy and smaller ones by the idle', () => {
    expect(nextWanted(null)).toBe(4)
    expect(nextWanted({ asked: 4, left: 0 })).toBe(8)
    expect(nextWanted({ asked: 512, left: 0 })).toBe(512)
    expect(nextWanted({ asked: 512, left: 1 })).toBe(256)
    expect(nextWanted({ asked: 4, left: 3 })).toBe(4)
  })
})

describe('an isolate', () => {
  function hub(tokensPerWindow: number) {
    const state = { granted: null as Granted | null, now: 0, asked: 0, isAway: false }
    const newIsolate = () =>
      new LeasedMeters(
        async (_workspace, _meter, wanted) => {
          state.asked += 1
          if (state.isAway) throw new Error('away')
          const result = grant(
            state.granted,
            { tokensPerWindow, windowMs: WINDOW_MS },
            wanted,
            state.now,
          )
          state.granted = result.granted
          return result.answer
        },
        () => state.now,
      )
    return { state, newIsolate }
  }

  test('asks seldom, and of many together none gets more than the budget', async () => {
    const { state, newIsolate } = hub(1_000)
    const isolates = [newIsolate(), newIsolate(), newIsolate()]
    let within = 0
    for (let i = 0; i < 3_000; i++) {
      const verdict = await isolates[i % 3]?.spend('demo', 'decisions')
      if (verdict?.kind === 'within') within += 1
      else expect(verdict).toEqual({ kind: 'above', retryAfterSeconds: 60 })
    }
    expect(within).toBe(1_000)
    expect(state.asked).toBeLessThan(40)
    state.now = WINDOW_MS
    expect(await isolates[0]?.spend('demo', 'decisions')).toEqual({ kind: 'within' })
  })

  test('of which many requests ask at once loses none of what they got', async () => {
    const { state, newIsolate } = hub(1_000)
    const isolate = newIsolate()
    await Promise.all(Array.from({ length: 10 }, () => isolate.spend('demo', 'decisions')))
    const before = state.asked
    for (let i = 0; i < 30; i++) await isolate.spend('demo', 'decisions')
    expect(state.asked).toBe(before)
  })

  test('whose hub is away goes on, and asks it seldom', async () => {
    const { state, newIsolate } = hub(0)
    state.isAway = true
    const isolate = newIsolate()
    for (let i = 0; i < 100; i++) {
      expect(await isolate.spend('demo', 'decisions')).toEqual({ kind: 'within' })
    }
    expect(state.asked).toBe(1)
    state.isAway = false
    state.now = 2_000
    expect((await isolate.spend('demo', 'decisions')).kind).toBe('above')
  })
})

test('a workspace’s own limit counts before the deployment’s, and that before ours', () => {
  const none = { decisions: null, chat_tokens: null }
  const tokens = (own: typeof none | { decisions: number; chat_tokens: null }, text?: string) =>
    budgetOf('decisions', own, text === undefined ? {} : { QUOTA_DECISIONS_PER_MINUTE: text })
      .tokensPerWindow
  expect(tokens(none)).toBe(60_000)
  expect(tokens(none, '5')).toBe(5)
  expect(tokens({ decisions: 0, chat_tokens: null }, '5')).toBe(0)
  expect(tokens(none, '-1')).toBe(60_000)
})
