import { fnv1a, mixed } from './hash.ts'
import { wordsOf } from './words.ts'

/**
 * Names what this file and its words make of a text. Whoever changes that gives it a new name, and
 * trains the shipped models again.
 */
export const TEXT_FEATURES = 'words-pairs-grams-1'
/** Half for words, half for characters, so that neither crowds out the other. */
export const TEXT_BUCKETS = 2 ** 18
const HALF = TEXT_BUCKETS / 2
const HALF_MASK = HALF - 1
const SHORTEST_GRAM = 3
const LONGEST_GRAM = 5

/** What occurs in a text, by bucket: ascending, each bucket once. */
export interface TextCounts {
  buckets: Uint32Array
  counts: Uint32Array
}

/** A text as a sparse row of unit length, or empty when nothing of it is known. */
export interface SparseVector {
  /** Ascending. */
  indices: Uint32Array
  values: Float32Array
}

export const isWordBucket = (bucket: number): boolean => bucket < HALF

/**
 * Words and pairs of words, and n-grams of 3 to 5 units within each padded word (scikit-learn's
 * `char_wb`), hashed into {@link TEXT_BUCKETS} buckets (Weinberger et al. 2009, without signs:
 * every weight here is learnt for a bucket, and collisions are rare at this size).
 */
export function countText(text: string): TextCounts {
  const words = wordsOf(text)
  const found: number[] = []
  for (const [at, word] of words.entries()) {
    const hash = fnv1a(word)
    found.push(mixed(hash) & HALF_MASK)
    const next = words[at + 1]
    if (next !== undefined) {
      const pair = fnv1a(next, 0, next.length, fnv1a(' ', 0, 1, hash))
      found.push(mixed(pair) & HALF_MASK)
    }
    const padded = ` ${word} `
    for (let size = SHORTEST_GRAM; size <= LONGEST_GRAM; size++) {
      for (let start = 0; start + size <= padded.length; start++) {
        found.push(HALF + (mixed(fnv1a(padded, start, start + size)) & HALF_MASK))
      }
    }
  }
  return counted(Uint32Array.from(found).sort())
}

function counted(sorted: Uint32Array): TextCounts {
  const buckets = new Uint32Array(sorted.length)
  const counts = new Uint32Array(sorted.length)
  let used = 0
  for (const bucket of sorted) {
    if (used === 0 || buckets[used - 1] !== bucket) buckets[used++] = bucket
    counts[used - 1] = (counts[used - 1] ?? 0) + 1
  }
  return { buckets: buckets.slice(0, used), counts: counts.slice(0, used) }
}
