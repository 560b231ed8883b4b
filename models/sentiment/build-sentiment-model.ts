import { createHash } from 'node:crypto'
import { fnv1a64 } from '#shared/features/fingerprint.ts'
import { TEXT_FEATURES } from '#shared/text/features.ts'
import type { SentimentManifest } from '#shared/text/manifest.ts'
import { type SentimentModel, sentimentOf } from '#shared/text/sentiment.ts'
import type { SentimentCard } from '../card/sentiment-card.ts'
import { shareRight } from '../messages/family-interval.ts'
import { expectedCalibrationError } from '../metrics/metrics.ts'
import { textClassesFromOnnx, textClassesToOnnx } from '../onnx/text-classes.ts'
import type { SentimentSet } from './sentiment-set.ts'
import { trainSentiment } from './train-sentiment.ts'

/** What a card says in words. */
export type SentimentWords = Pick<SentimentCard, 'name' | 'purpose' | 'notFor' | 'data' | 'limits'>

export interface SentimentArtifacts {
  onnx: Uint8Array<ArrayBuffer>
  manifest: SentimentManifest
  card: SentimentCard
}

const LANGUAGE = 'en'

/** Trains and describes a sentiment model; the same set gives the same bytes. */
export function buildSentimentModel(set: SentimentSet, words: SentimentWords): SentimentArtifacts {
  const trained = trainSentiment(set)
  const { sentiments, vocabulary, linear } = trained
  const { texts, buckets, frequencies } = vocabulary.counts
  const weights = createHash('sha256').update(linear.weights).digest('hex')
  const print = fnv1a64(
    JSON.stringify([TEXT_FEATURES, sentiments, Array.from(buckets), weights, trained.sharpness]),
  )
  const version = `sentiment-${print.slice(0, 8)}`
  const onnx = textClassesToOnnx({
    linear,
    named: sentiments.length,
    sharpness: trained.sharpness,
    metadata: { model_version: version, text_features: TEXT_FEATURES, language: LANGUAGE },
  })
  // The file keeps the sharpness in 32 bits; figures are of what is in the file.
  const model: SentimentModel = { ...trained, sharpness: textClassesFromOnnx(onnx).sharpness }
  return {
    onnx,
    manifest: {
      format: 1,
      task: 'sentiment',
      version,
      onnxSha256: createHash('sha256').update(onnx).digest('hex'),
      features: TEXT_FEATURES,
      language: LANGUAGE,
      sentiments: [...sentiments],
      vocabulary: { texts, buckets: Array.from(buckets), frequencies: Array.from(frequencies) },
      temperature: 1 / model.sharpness,
      trainedOn: { messages: set.train.length },
    },
    card: {
      ...words,
      version,
      language: LANGUAGE,
      columns: linear.columns,
      fileBytes: onnx.length,
      ...figuresOf(set, model),
    },
  }
}

function figuresOf(
  { train, validation, test }: SentimentSet,
  model: SentimentModel,
): Pick<SentimentCard, 'messages' | 'accuracy' | 'commonest' | 'calibrationError' | 'sentiments'> {
  const judged = test.map(({ text, sentiment, family }) => {
    const answer = sentimentOf(text, model)
    return { ...answer, meant: sentiment, family, right: answer.sentiment === sentiment }
  })
  const rows = model.sentiments.map((sentiment) => {
    const own = judged.filter(({ meant }) => meant === sentiment)
    const taken = model.sentiments.map(
      (other) => own.filter((message) => message.sentiment === other).length,
    )
    return { sentiment, messages: own.length, taken }
  })
  return {
    messages: { train: train.length, validation: validation.length, test: test.length },
    accuracy: shareRight(judged),
    commonest: Math.max(...rows.map(({ messages }) => messages)) / test.length,
    calibrationError: expectedCalibrationError({
      probabilities: judged.map(({ probability }) => probability),
      outcomes: judged.map(({ right }) => (right ? 1 : 0)),
    }),
    sentiments: rows,
  }
}
