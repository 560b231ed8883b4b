import { countText } from '#shared/text/features.ts'
import { marginsInto } from '#shared/text/linear-classes.ts'
import type { SentimentModel } from '#shared/text/sentiment.ts'
import { learnVocabulary, readText, weighted } from '#shared/text/vocabulary.ts'
import { fitSvm, type SvmOptions } from '../intent/fit-svm.ts'
import { fitSharpness } from '../intent/temperature.ts'
import type { SentimentSet } from './sentiment-set.ts'

export interface SentimentOptions extends SvmOptions {
  /** A word or n-gram in fewer training texts is unknown. */
  fewestTexts: number
}

/** Chosen on the validation messages (docs/chat-intent.md). */
export const SENTIMENT_OPTIONS: SentimentOptions = {
  cost: 0.5,
  epochs: 20,
  seed: 1,
  fewestTexts: 1,
}

/**
 * Vocabulary and weights from the training messages, the temperature from the validation messages.
 * Sentiments are in code point order.
 */
export function trainSentiment(
  { train, validation }: Pick<SentimentSet, 'train' | 'validation'>,
  options: SentimentOptions = SENTIMENT_OPTIONS,
): SentimentModel {
  const sentiments = [...new Set(train.map(({ sentiment }) => sentiment))].sort()
  const classOf = ({ sentiment }: { sentiment: string }): number => sentiments.indexOf(sentiment)
  const counts = train.map(({ text }) => countText(text))
  const vocabulary = learnVocabulary(counts, options.fewestTexts)
  const linear = fitSvm(
    counts.map((text) => weighted(text, vocabulary).vector),
    Uint32Array.from(train, classOf),
    sentiments.length,
    vocabulary.idf.length,
    options,
  )
  const margins = validation.map(({ text }) => {
    const into = new Float64Array(sentiments.length)
    marginsInto(into, linear, readText(text, vocabulary).vector)
    return into
  })
  const sharpness = fitSharpness(margins, Uint32Array.from(validation, classOf))
  return { sentiments, vocabulary, linear, sharpness }
}
