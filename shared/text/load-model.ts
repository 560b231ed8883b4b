import type { IntentModel, IntentReader } from './classify.ts'
import type { LinearClasses } from './linear-classes.ts'
import type { IntentManifest, SentimentManifest } from './manifest.ts'
import type { SentimentModel } from './sentiment.ts'
import { vocabularyFrom } from './vocabulary.ts'

/** The weights of an ONNX file, as its reader gives them. */
export interface TextWeights {
  linear: LinearClasses
  sharpness: number
}

/** A manifest and an ONNX file that do not belong together, and what to do next. */
export class TextModelError extends Error {
  override readonly name = 'TextModelError'
  readonly kind = 'mismatch'
  readonly next = 'Take manifest and ONNX file from the same training.'
}

/** What is needed beside an ONNX session. Takes 1 MB of memory: once an isolate. */
export function intentReaderOf({ intents, vocabulary, refusal }: IntentManifest): IntentReader {
  return { intents, vocabulary: vocabularyFrom(vocabulary), refusal }
}

/** @throws TextModelError */
export function intentModelOf(manifest: IntentManifest, weights: TextWeights): IntentModel {
  checkShape(weights.linear, manifest.intents.length + 1, manifest.vocabulary.buckets.length)
  return { ...intentReaderOf(manifest), ...weights }
}

/** @throws TextModelError */
export function sentimentModelOf(
  { sentiments, vocabulary }: SentimentManifest,
  weights: TextWeights,
): SentimentModel {
  checkShape(weights.linear, sentiments.length, vocabulary.buckets.length)
  return { sentiments, vocabulary: vocabularyFrom(vocabulary), ...weights }
}

function checkShape(linear: LinearClasses, classes: number, columns: number): void {
  if (linear.classes === classes && linear.columns === columns) return
  throw new TextModelError(
    `The manifest speaks of ${columns} columns and ${classes} classes, the ONNX file of ${linear.columns} and ${linear.classes}.`,
  )
}
