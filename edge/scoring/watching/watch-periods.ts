const DAY_MS = 86_400_000
const REFERENCE_DAYS = 28
const RECENT_DAYS = 7
/** Outcomes take their time: a longer look back, so that enough are known. */
const OUTCOME_DAYS = 28

export interface Period {
  after: number
  upTo: number
}

/**
 * What is compared with what: the last week with the first four weeks of the served model. So what creeps is
 * seen, and not forgotten week by week. Before those are over, with the four weeks that end a week ago.
 *
 * @param since when the model began to serve, Unix milliseconds
 */
export function watchPeriods(since: number, now: number): { reference: Period; recent: Period } {
  const recent = { after: now - RECENT_DAYS * DAY_MS, upTo: now }
  const first = { after: since, upTo: since + REFERENCE_DAYS * DAY_MS }
  if (first.upTo <= recent.after) return { reference: first, recent }
  const before = { after: recent.after - REFERENCE_DAYS * DAY_MS, upTo: recent.after }
  return { reference: before, recent }
}

/**
 * The same for scores whose outcome is known: the last four weeks of them with the four weeks before.
 *
 * @param known up to when outcomes are known, Unix milliseconds
 */
export function outcomePeriods(known: number): { reference: Period; recent: Period } {
  const span = OUTCOME_DAYS * DAY_MS
  return {
    reference: { after: known - 2 * span, upTo: known - span },
    recent: { after: known - span, upTo: known },
  }
}
