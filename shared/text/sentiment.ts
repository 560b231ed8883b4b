import { type LinearClasses, marginsInto } from './linear-classes.ts'
import { softmaxAt } from './softmax.ts'
import { readText, type Vocabulary } from './vocabulary.ts'

export interface SentimentModel {
  /** Names of the classes of `linear`. */
  sentiments: readonly string[]
  vocabulary: Vocabulary
  linear: LinearClasses
  /** Factor on margins within the softmax: one over the temperature. */
  sharpness: number
}

export interface SentimentAnswer {
  sentiment: string
  /** Calibrated: 0 to 1. */
  probability: number
}

/** The same from what the ONNX file puts out for one message: [sentiments] probabilities. */
export function sentimentFrom(
  probabilities: ArrayLike<number>,
  sentiments: readonly string[],
): SentimentAnswer {
  let best = 0
  for (let at = 1; at < sentiments.length; at++) {
    if ((probabilities[at] ?? 0) > (probabilities[best] ?? 0)) best = at
  }
  return { sentiment: sentiments[best] ?? '', probability: probabilities[best] ?? Number.NaN }
}

/** How a message sounds. One of which no word is known gets what was commonest in training. */
export function sentimentOf(text: string, model: SentimentModel): SentimentAnswer {
  const margins = new Float64Array(model.linear.classes)
  marginsInto(margins, model.linear, readText(text, model.vocabulary).vector)
  const best = margins.reduce((top, margin, at) => (margin > (margins[top] ?? 0) ? at : top), 0)
  return {
    sentiment: model.sentiments[best] ?? '',
    probability: softmaxAt(margins, best, model.sharpness),
  }
}
