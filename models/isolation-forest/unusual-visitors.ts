import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { BEHAVIOUR_COLUMNS } from './behaviour-columns.ts'
import { growForest } from './grow-forest.ts'
import { isolationOf } from './isolation.ts'
import { visitorBehaviour } from './visitor-behaviour.ts'

/** Visitors that score from here on are flagged; docs/anomalies.md has what that finds of simulated bots. */
const FLAG_FROM_SCORE = 0.6
/** Among fewer, a tree's sample is not full and usual behaviour is a guess. */
const LEAST_VISITORS = 256
const MOST_REASONS = 3
/** A reason has at least this share of all that sets the visitor apart. */
const LEAST_SHARE = 0.15
/** "Most visitors" are those between these shares. */
const MOST = { from: 0.1, to: 0.9 }

export interface UnusualVisitor {
  visitorId: string
  /** Isolation score within 0 and 1. */
  score: number
  flagged: boolean
  /** What sets a flagged visitor apart, most telling first; empty for others. */
  reasons: string[]
}

export type UnusualVisitors =
  | {
      kind: 'judged'
      /** As given. */
      visitors: UnusualVisitor[]
    }
  | { kind: 'too_few_visitors'; reason: string; next: string }

/**
 * Visitors who behave like few others, by an isolation forest over all of them: bots that do not say so,
 * fraud, and also the rare busy customer, so a flag is a reason to look and no verdict. The same visitors in
 * the same order and the same seed give the same answer.
 *
 * @param eventsByVisitor each visitor's events, in any order; leave those out that the edge knows to be bots
 */
export function unusualVisitors(
  eventsByVisitor: ReadonlyMap<string, readonly CapturedEvent[]>,
  { seed }: { seed: number },
): UnusualVisitors {
  if (eventsByVisitor.size < LEAST_VISITORS) {
    return {
      kind: 'too_few_visitors',
      reason: `There are ${eventsByVisitor.size} visitors, and what is usual takes ${LEAST_VISITORS} to be told.`,
      next: 'Take a longer span of time.',
    }
  }
  const columns = BEHAVIOUR_COLUMNS.length
  const behaviours = [...eventsByVisitor.values()].map(visitorBehaviour)
  const values = Float64Array.from(
    behaviours.flatMap((behaviour) =>
      BEHAVIOUR_COLUMNS.map(({ name, scale }) => scale(behaviour[name])),
    ),
  )
  const isolation = isolationOf(growForest({ values, columns }, { seed }))
  const usual = BEHAVIOUR_COLUMNS.map(({ name }) => {
    const known = behaviours
      .map((behaviour) => behaviour[name])
      .filter((value) => !Number.isNaN(value))
      .sort((a, b) => a - b)
    const at = (share: number) => known[Math.round(share * (known.length - 1))] ?? Number.NaN
    return { from: at(MOST.from), to: at(MOST.to) }
  })
  const reasonsOf = (row: number, gains: Float64Array): string[] => {
    const apart = gains.reduce((sum, gain) => sum + Math.max(0, gain), 0)
    return BEHAVIOUR_COLUMNS.map((column, index) => ({
      ...column,
      gain: gains[index] ?? 0,
      usual: usual[index],
      value: behaviours[row]?.[column.name] ?? Number.NaN,
    }))
      .filter(({ gain, value }) => gain >= LEAST_SHARE * apart && !Number.isNaN(value))
      .sort((a, b) => b.gain - a.gain)
      .slice(0, MOST_REASONS)
      .map(({ phrase, short, value, usual: { from, to } = { from: 0, to: 0 } }) => {
        const [low, high] = [short(from), short(to)]
        return `${phrase(value)} (most visitors: ${low === high ? low : `${low} to ${high}`})`
      })
  }
  const visitors = [...eventsByVisitor.keys()].map((visitorId, row) => {
    const { score, gains } = isolation(values.subarray(row * columns, (row + 1) * columns))
    const flagged = score >= FLAG_FROM_SCORE
    return { visitorId, score, flagged, reasons: flagged ? reasonsOf(row, gains) : [] }
  })
  return { kind: 'judged', visitors }
}
