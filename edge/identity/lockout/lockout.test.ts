import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  attempt,
  FORGOTTEN_AFTER_MS,
  failed,
  isForgotten,
  LOCKOUT_POLICIES,
  type LockoutPolicy,
  NO_TRIES,
  succeeded,
  type Tries,
} from './lockout.ts'

const NOW_MS = Date.UTC(2026, 10, 22, 12)
const MINUTE_MS = 60_000
const { account, address } = LOCKOUT_POLICIES

/** Somebody at a door whose clock the test moves. */
class Door {
  tries: Tries = NO_TRIES
  now = NOW_MS
  readonly policy: LockoutPolicy

  constructor(policy: LockoutPolicy = account) {
    this.policy = policy
  }

  /** Seconds to wait, or 0 if it was let through. */
  try(): number {
    const { answer, tries } = attempt(this.tries, this.policy, this.now)
    this.tries = tries
    return answer.kind === 'go' ? 0 : answer.seconds
  }

  wrong(): void {
    this.tries = failed(this.tries, this.now)
  }

  right(): void {
    this.tries = succeeded(this.tries, this.policy, this.now)
  }

  tryWrongly(times = 1): number {
    let waited = 0
    for (let i = 0; i < times; i++) {
      waited = this.try()
      if (waited === 0) this.wrong()
    }
    return waited
  }
}

describe('wrong passwords of an account', () => {
  test('cost nothing five times, then 2 s, 4 s, … up to 15 min', () => {
    const door = new Door()
    expect(door.tryWrongly(5)).toBe(0)
    const waits: number[] = []
    for (let i = 0; i < 12; i++) {
      const seconds = door.try()
      waits.push(seconds)
      door.now += seconds * 1000 - 1
      expect(door.try()).toBe(1)
      door.now += 1
      expect(door.tryWrongly()).toBe(0)
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
  })

  test('are forgotten after the right one', () => {
    const door = new Door()
    door.tryWrongly(5)
    door.now += 2_000
    expect(door.try()).toBe(0)
    door.right()
    expect(door.tries.failures).toBe(0)
    expect(door.tryWrongly(5)).toBe(0)
    expect(door.try()).toBe(2)
  })

  test('are forgotten after a day without a try, and not before', () => {
    const door = new Door()
    door.tryWrongly(5)
    const { tries, now } = door
    expect(isForgotten(tries, now + FORGOTTEN_AFTER_MS - 1)).toBe(false)
    expect(isForgotten(tries, now + FORGOTTEN_AFTER_MS)).toBe(true)
    door.now = now + FORGOTTEN_AFTER_MS
    expect(door.tryWrongly(5)).toBe(0)
    expect(door.try()).toBe(2)
  })

  test('of who tries each second come to 16 in the first hour and 4 in each one after it', () => {
    const door = new Door()
    const through = [0, 0, 0]
    for (let second = 0; second < 3 * 3_600; second++) {
      const hour = Math.floor(second / 3_600)
      for (let i = 0; i < 6; i++)
        if (door.tryWrongly() === 0) through[hour] = (through[hour] ?? 0) + 1
      door.now += 1_000
    }
    expect(through).toEqual([16, 4, 4])
  })

  test('that must wait do not make the wait longer', () => {
    const door = new Door()
    door.tryWrongly(9)
    for (let i = 0; i < 1_000; i++) expect(door.try()).toBe(2)
    door.now += 2_000
    expect(door.try()).toBe(0)
  })
})

describe('tries at the same moment', () => {
  test('get through five times, however many there are', () => {
    const door = new Door()
    expect(Array.from({ length: 100 }, () => door.try()).filter((wait) => wait === 0).length).toBe(
      5,
    )
  })

  test('count as wrong also if they are never answered', () => {
    const door = new Door()
    for (let i = 0; i < 5; i++) door.try()
    door.now += 10 * MINUTE_MS
    expect(door.try()).toBe(0)
    door.right()
    // The right one forgives them; without it the next waits for 4 s.
    expect(door.tryWrongly(5)).toBe(0)
    const other = new Door()
    for (let i = 0; i < 5; i++) other.try()
    other.now += 10 * MINUTE_MS
    expect(other.tryWrongly()).toBe(0)
    expect(other.try()).toBe(4)
  })

  test('go on counting when another one was right', () => {
    const door = new Door()
    for (let i = 0; i < 5; i++) door.try()
    door.right()
    expect(door.tries).toMatchObject({ failures: 0, begun: Array(4).fill(NOW_MS) })
    expect(door.try()).toBe(0)
    expect(door.try()).toBe(2)
  })
})

describe('an address', () => {
  test('has more that are free, since many share it', () => {
    const door = new Door(address)
    expect(door.tryWrongly(20)).toBe(0)
    expect(door.try()).toBe(2)
  })

  test('is not made clean by right passwords of an account of its own', () => {
    const door = new Door(address)
    for (let i = 0; i < 19; i++) {
      door.tryWrongly()
      expect(door.try()).toBe(0)
      door.right()
    }
    door.tryWrongly()
    expect(door.try()).toBe(2)
  })

  test('does not wait for those who know their password', () => {
    const door = new Door(address)
    for (let i = 0; i < 500; i++) {
      expect(door.try()).toBe(0)
      door.right()
    }
    expect(isForgotten(door.tries, door.now)).toBe(true)
  })
})

test('a clock that was ahead locks nobody out for longer than the delay', () => {
  const door = new Door()
  door.now += 365 * FORGOTTEN_AFTER_MS
  door.tryWrongly(5)
  door.now = NOW_MS
  expect(door.try()).toBe(2)
  door.now += 2_000
  expect(door.try()).toBe(0)
})

type Step = { kind: 'try' | 'wrong' | 'right' } | { kind: 'pass'; ms: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'try' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'wrong' } as const) },
  { weight: 3, arbitrary: fc.nat(20 * MINUTE_MS).map((ms) => ({ kind: 'pass', ms }) as const) },
)
const right: fc.Arbitrary<Step> = fc.constant({ kind: 'right' } as const)

function act(door: Door, { kind, ...rest }: Step): number | null {
  if (kind === 'wrong') door.wrong()
  else if (kind === 'right') door.right()
  else if (kind === 'try') return door.try()
  else door.now += 'ms' in rest ? rest.ms : 0
  return null
}

describe('whatever happens', () => {
  test('no wait is longer than 15 min, and after it one gets through', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(step, right), { maxLength: 60 }), (steps) => {
        const door = new Door()
        for (const each of steps) {
          const seconds = act(door, each) ?? 0
          expect(seconds).toBeGreaterThanOrEqual(0)
          expect(seconds).toBeLessThanOrEqual(900)
        }
        door.now += door.try() * 1000
        expect(door.try() === 0 || door.tries.lastAt === door.now).toBe(true)
      }),
    )
  })

  test('without a right one, an hour lets at most 16 through', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const door = new Door()
        let through = 0
        for (const each of steps) {
          if (act(door, each) === 0) through++
          if (door.now > NOW_MS + 60 * MINUTE_MS) break
        }
        expect(through).toBeLessThanOrEqual(16)
      }),
    )
  })

  test('what is remembered stays small', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(step, right), { maxLength: 300, size: 'max' }), (steps) => {
        const door = new Door(address)
        for (const each of steps) act(door, each)
        expect(door.tries.begun.length).toBeLessThanOrEqual(20 + 6)
      }),
    )
  })
})
