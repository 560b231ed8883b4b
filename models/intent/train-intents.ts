import { type IntentModel, look } from '#shared/text/classify.ts'
import { countText } from '#shared/text/features.ts'
import { learnVocabulary, readText, weighted } from '#shared/text/vocabulary.ts'
import { type IntentExamples, intentsOf } from './examples.ts'
import { fitSvm, type SvmOptions } from './fit-svm.ts'
import { fitRefusal } from './refusal.ts'
import { fitSharpness } from './temperature.ts'

export interface IntentOptions extends SvmOptions {
  /** A word or n-gram in fewer training texts is unknown. */
  fewestTexts: number
  /**
   * Share of in-scope messages that the threshold may refuse though they were rightly understood.
   */
  accuracyPrice: number
}

/** Chosen on the validation messages of CLINC150 (docs/chat-intent.md). */
export const INTENT_OPTIONS: IntentOptions = {
  cost: 1.5,
  epochs: 10,
  seed: 1,
  fewestTexts: 2,
  accuracyPrice: 0.0075,
}

/**
 * Vocabulary and weights from the training messages; calibration, out-of-scope score and threshold
 * from the validation messages.
 *
 * @throws IntentError when the examples do not suffice
 */
export function trainIntents(
  examples: IntentExamples,
  options: IntentOptions = INTENT_OPTIONS,
): IntentModel {
  const intents = intentsOf(examples)
  const classOf = new Map(intents.map((intent, at) => [intent, at]))
  const labelled = examples.train.map(({ text, intent }) => ({ text, label: classOf.get(intent) }))
  const outside = examples.outsideTrain.map((text) => ({ text, label: intents.length }))
  const all = [...labelled, ...outside]
  const counts = all.map(({ text }) => countText(text))
  const vocabulary = learnVocabulary(counts, options.fewestTexts)
  const linear = fitSvm(
    counts.map((text) => weighted(text, vocabulary).vector),
    Uint32Array.from(all, ({ label }) => label ?? 0),
    intents.length + 1,
    vocabulary.idf.length,
    options,
  )
  const seen = (text: string) => look(readText(text, vocabulary), linear)
  const labels = Uint32Array.from(examples.validation, ({ intent }) => classOf.get(intent) ?? 0)
  const inside = examples.validation.map(({ text }) => seen(text))
  return {
    intents,
    vocabulary,
    linear,
    sharpness: fitSharpness(
      inside.map(({ margins }) => margins),
      labels,
    ),
    refusal: fitRefusal(
      inside.map(({ signals }, row) => ({ signals, correct: signals.best === labels[row] })),
      examples.outsideValidation.map((text) => seen(text).signals),
      options.accuracyPrice,
    ),
  }
}
