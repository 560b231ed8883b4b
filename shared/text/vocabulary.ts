import {
  countText,
  isWordBucket,
  type SparseVector,
  TEXT_BUCKETS,
  type TextCounts,
} from './features.ts'

/** What was counted in training, from which a vocabulary follows: it is what a file keeps. */
export interface VocabularyCounts {
  /** How many texts were read. */
  texts: number
  /** The bucket of each column, ascending. */
  buckets: ArrayLike<number>
  /** How many texts have the bucket: one a column. */
  frequencies: ArrayLike<number>
}

/** Which buckets a model knows, and how telling each is. */
export interface Vocabulary {
  counts: VocabularyCounts
  /** The column of each bucket, or -1: [TEXT_BUCKETS]. */
  columnOf: Int32Array
  /** Smoothed inverse document frequency of each column. */
  idf: Float32Array
  /** Of a bucket that no training text had: log of the texts, plus one. */
  unseenIdf: number
}

export interface ReadText {
  vector: SparseVector
  /**
   * The share of the text's words and pairs, weighted by idf, that the vocabulary knows: 0 to 1.
   */
  coverage: number
}

/**
 * Learns a vocabulary from training texts.
 *
 * @param fewestTexts a bucket in fewer texts gets no column
 */
export function learnVocabulary(texts: readonly TextCounts[], fewestTexts: number): Vocabulary {
  const documents = new Uint32Array(TEXT_BUCKETS)
  for (const { buckets } of texts) {
    for (const bucket of buckets) documents[bucket] = (documents[bucket] ?? 0) + 1
  }
  const buckets: number[] = []
  for (const [bucket, frequency] of documents.entries()) {
    if (frequency >= fewestTexts) buckets.push(bucket)
  }
  const frequencies = buckets.map((bucket) => documents[bucket] ?? 0)
  return vocabularyFrom({ texts: texts.length, buckets, frequencies })
}

/** The vocabulary that was learnt, from its counts alone. */
export function vocabularyFrom(counts: VocabularyCounts): Vocabulary {
  const { texts, buckets, frequencies } = counts
  const columnOf = new Int32Array(TEXT_BUCKETS).fill(-1)
  const idf = new Float32Array(buckets.length)
  for (let column = 0; column < buckets.length; column++) {
    columnOf[buckets[column] ?? 0] = column
    idf[column] = Math.log((1 + texts) / (1 + (frequencies[column] ?? 0))) + 1
  }
  return { counts, columnOf, idf, unseenIdf: Math.log(1 + texts) + 1 }
}

export function readText(text: string, vocabulary: Vocabulary): ReadText {
  return weighted(countText(text), vocabulary)
}

/**
 * (1 + log tf) · idf, words and characters each scaled to unit length and then the whole: the many
 * character n-grams would else outweigh the words.
 */
export function weighted({ buckets, counts }: TextCounts, vocabulary: Vocabulary): ReadText {
  const { columnOf, idf, unseenIdf } = vocabulary
  const indices = new Uint32Array(buckets.length)
  const values = new Float64Array(buckets.length)
  let used = 0
  let words = 0
  let wordSquares = 0
  let gramSquares = 0
  let known = 0
  let all = 0
  for (const [at, bucket] of buckets.entries()) {
    const column = columnOf[bucket] ?? -1
    const weight = column < 0 ? unseenIdf : (idf[column] ?? 0)
    if (isWordBucket(bucket)) {
      all += weight
      if (column >= 0) known += weight
    }
    if (column < 0) continue
    const value = (1 + Math.log(counts[at] ?? 1)) * weight
    indices[used] = column
    values[used++] = value
    if (isWordBucket(bucket)) {
      words = used
      wordSquares += value * value
    } else gramSquares += value * value
  }
  const blocks = (wordSquares > 0 ? 1 : 0) + (gramSquares > 0 ? 1 : 0)
  const wordScale = 1 / Math.sqrt(blocks * wordSquares)
  const gramScale = 1 / Math.sqrt(blocks * gramSquares)
  const scaled = Float32Array.from(values.subarray(0, used), (value, at) =>
    at < words ? value * wordScale : value * gramScale,
  )
  return {
    vector: { indices: indices.slice(0, used), values: scaled },
    coverage: all > 0 ? known / all : 0,
  }
}
