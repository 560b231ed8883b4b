import { z } from 'zod'
import { seededUniform } from '../random/seeded.ts'

/** A share with its 95 % interval, all 0 to 1. */
export const Share = z.object({ value: z.number(), low: z.number(), high: z.number() })
export type Share = z.infer<typeof Share>

/** Whether a message was answered rightly, and its family. */
export interface JudgedMessage {
  family: number
  right: boolean
}

const RESAMPLES = 2_000
const SEED = 1
const TAIL = 0.025

/**
 * The share of right answers, with a percentile interval by resampling whole families (the cluster
 * bootstrap, Field and Welsh 2007): messages of one family stand or fall together, and an interval
 * that takes them for independent would be too narrow.
 */
export function shareRight(messages: readonly JudgedMessage[]): Share {
  const totals = new Map<number, { right: number; all: number }>()
  for (const { family, right } of messages) {
    const total = totals.get(family) ?? { right: 0, all: 0 }
    totals.set(family, { right: total.right + (right ? 1 : 0), all: total.all + 1 })
  }
  const families = [...totals.values()]
  const uniform = seededUniform(SEED)
  const shares = Float64Array.from({ length: RESAMPLES }, () => {
    let right = 0
    let all = 0
    for (let draw = 0; draw < families.length; draw++) {
      const drawn = families[Math.floor(uniform() * families.length)]
      right += drawn?.right ?? 0
      all += drawn?.all ?? 0
    }
    return right / all
  }).sort()
  return {
    value: messages.filter(({ right }) => right).length / messages.length,
    low: shares[Math.floor(TAIL * RESAMPLES)] ?? Number.NaN,
    high: shares[Math.ceil((1 - TAIL) * RESAMPLES) - 1] ?? Number.NaN,
  }
}
