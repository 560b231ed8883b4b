import { createHash } from 'node:crypto'
import { fnv1a64 } from '#shared/features/fingerprint.ts'
import type { IntentModel } from '#shared/text/classify.ts'
import { TEXT_FEATURES } from '#shared/text/features.ts'
import type { IntentManifest } from '#shared/text/manifest.ts'
import type { IntentCard } from '../card/intent-card.ts'
import { textClassesFromOnnx, textClassesToOnnx } from '../onnx/text-classes.ts'
import { figuresOf } from './describe.ts'
import type { IntentSet } from './intent-set.ts'
import { INTENT_OPTIONS, type IntentOptions, trainIntents } from './train-intents.ts'

/** Chosen on the validation messages of models/intent/marketing (docs/chat-intent.md). */
export const MARKETING_OPTIONS: IntentOptions = {
  ...INTENT_OPTIONS,
  cost: 0.7,
  epochs: 20,
  fewestTexts: 1,
  accuracyPrice: 0.05,
}

/** What a card says in words. */
export type IntentWords = Pick<IntentCard, 'name' | 'purpose' | 'notFor' | 'data' | 'limits'>

export interface IntentArtifacts {
  onnx: Uint8Array<ArrayBuffer>
  manifest: IntentManifest
  card: IntentCard
}

const LANGUAGE = 'en'

/**
 * Trains and describes an intent model. Everything follows from the set, options and words alone: no
 * clock and no chance, so that the same set gives the same bytes. No message is in what comes out.
 *
 * @param corrections how many of the training messages were put right by people
 * @throws IntentError when the set does not suffice
 */
export function buildIntentModel(
  set: IntentSet,
  words: IntentWords,
  corrections = 0,
  options: IntentOptions = MARKETING_OPTIONS,
): IntentArtifacts {
  const trained = trainIntents(set, options)
  const version = versionOf(trained)
  const onnx = textClassesToOnnx({
    linear: trained.linear,
    named: trained.intents.length,
    sharpness: trained.sharpness,
    metadata: { model_version: version, text_features: TEXT_FEATURES, language: LANGUAGE },
  })
  // The file keeps the sharpness in 32 bits; figures are of what is in the file.
  const model: IntentModel = { ...trained, sharpness: textClassesFromOnnx(onnx).sharpness }
  const { texts, buckets, frequencies } = model.vocabulary.counts
  const figures = figuresOf(set, model)
  return {
    onnx,
    manifest: {
      format: 1,
      task: 'intent',
      version,
      onnxSha256: createHash('sha256').update(onnx).digest('hex'),
      features: TEXT_FEATURES,
      language: LANGUAGE,
      intents: [...model.intents],
      vocabulary: { texts, buckets: Array.from(buckets), frequencies: Array.from(frequencies) },
      temperature: 1 / model.sharpness,
      refusal: {
        weights: Array.from(model.refusal.weights),
        bias: model.refusal.bias,
        threshold: model.refusal.threshold,
      },
      trainedOn: { ...figures.messages.train, corrections },
    },
    card: {
      ...words,
      version,
      language: LANGUAGE,
      corrections,
      columns: model.linear.columns,
      fileBytes: onnx.length,
      ...figures,
    },
  }
}

function versionOf({ intents, vocabulary, linear, sharpness, refusal }: IntentModel): string {
  const print = fnv1a64(
    JSON.stringify([
      TEXT_FEATURES,
      intents,
      Array.from(vocabulary.counts.buckets),
      createHash('sha256').update(linear.weights).digest('hex'),
      sharpness,
      [...Array.from(refusal.weights), refusal.bias, refusal.threshold],
    ]),
  )
  return `intent-${print.slice(0, 8)}`
}
