/** What is seen of a text before it is decided whether any intent fits. */
export interface Signals {
  /** Class of the highest margin. */
  best: number
  /** In this order: {@link SIGNALS}. */
  values: Float64Array
}

/**
 * The highest margin, its lead over the out-of-scope class, and the share of words known. Margins
 * of one-against-rest machines need not add up: a text can be far from every class (the idea of
 * Shu, Xu and Liu 2017), which a softmax alone would hide.
 */
export const SIGNALS = ['best margin', 'lead over outside', 'coverage'] as const

/**
 * @param intents margins of the intents alone
 * @param outside margin of the out-of-scope class
 * @param coverage share of known words, 0 to 1
 */
export function signalsOf(intents: ArrayLike<number>, outside: number, coverage: number): Signals {
  let best = 0
  for (let c = 1; c < intents.length; c++) {
    if ((intents[c] ?? 0) > (intents[best] ?? 0)) best = c
  }
  const top = intents[best] ?? 0
  return { best, values: Float64Array.of(top, top - outside, coverage) }
}
