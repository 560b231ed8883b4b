const DAY_MS = 86_400_000

/** The outcome that a score predicts: a conversion within this time after the score, in milliseconds. */
export const OUTCOME_WINDOW_MS = 14 * DAY_MS
