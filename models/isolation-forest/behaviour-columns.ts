import { amount, plural, times } from '#shared/features/phrasing.ts'
import type { VisitorBehaviour } from './visitor-behaviour.ts'

/** One column of the forest: a behaviour, its scale, and how it is put into words. */
export interface BehaviourColumn {
  name: keyof VisitorBehaviour
  /**
   * Splits are drawn evenly between a node's least and greatest value. Where behaviours differ by factors,
   * that would put nearly all of them above everybody, and none between one second and ten.
   */
  scale: (value: number) => number
  /** What the visitor did. */
  phrase: (value: number) => string
  /** A value as it stands in "most visitors: … to …". */
  short: (value: number) => string
}

const byFactors = (value: number) => Math.log1p(value)
/** A hundredth more, so that a perfect metronome is no infinity away from a nearly perfect one. */
const byFactorsOfShare = (value: number) => Math.log(value + 0.01)
const asIs = (value: number) => value
const percent = (share: number) => `${Math.round(100 * share)} %`
const rounded = (value: number) =>
  amount(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))

export const BEHAVIOUR_COLUMNS: readonly BehaviourColumn[] = [
  {
    name: 'busiestMinute',
    scale: byFactors,
    phrase: (value) => `${plural(value, 'event')} within one minute`,
    short: rounded,
  },
  {
    name: 'secondsBetweenPages',
    scale: byFactors,
    phrase: (value) => `${rounded(value)} s from page to page`,
    short: (value) => `${rounded(value)} s`,
  },
  {
    name: 'rhythmSpread',
    scale: byFactorsOfShare,
    phrase: (value) => `time between pages varies by ${percent(value)}`,
    short: percent,
  },
  {
    name: 'untouchedPages',
    scale: asIs,
    phrase: (value) => `nothing done on ${percent(value)} of the pages`,
    short: percent,
  },
  {
    name: 'hoursOfDay',
    scale: asIs,
    phrase: (value) => `active in ${plural(value, 'hour')} of the day`,
    short: rounded,
  },
  {
    name: 'distinctPages',
    scale: asIs,
    phrase: (value) => `${plural(value, 'different page')} opened`,
    short: rounded,
  },
  {
    name: 'longestSessionMinutes',
    scale: byFactors,
    phrase: (value) => `a session of ${rounded(value)} min`,
    short: (value) => `${rounded(value)} min`,
  },
  {
    name: 'formsSent',
    scale: byFactors,
    phrase: (value) => `sent forms ${times(value)}`,
    short: rounded,
  },
]
