import { inScopeScore, type Refusal } from './in-scope.ts'
import { type LinearClasses, marginsInto } from './linear-classes.ts'
import { type Signals, signalsOf } from './signals.ts'
import { softmaxAt } from './softmax.ts'
import { type ReadText, readText, type Vocabulary } from './vocabulary.ts'

/** What stands beside the weights: enough where an ONNX runtime computes margins and softmax. */
export interface IntentReader {
  /** Names of all classes but the last, which is out of scope. */
  intents: readonly string[]
  vocabulary: Vocabulary
  refusal: Refusal
}

/** All that the plain walker needs. */
export interface IntentModel extends IntentReader {
  /** One class an intent, and the last for what is out of scope. */
  linear: LinearClasses
  /** Factor on margins within the softmax: one over the temperature. */
  sharpness: number
}

/** The likeliest intent, before it is decided whether to believe it. */
export interface Assessment {
  intent: string
  /** Calibrated, given that the message has one of the intents: 0 to 1. */
  probability: number
  /** 0 to 1; what the threshold is compared with. */
  inScope: number
}

export type IntentAnswer =
  | { kind: 'intent'; intent: string; probability: number }
  | { kind: 'out_of_scope'; nearest: string; probability: number; inScope: number }

export function classifyText(text: string, model: IntentModel): IntentAnswer {
  return decideIntent(assessText(text, model), model.refusal.threshold)
}

export function decideIntent(assessment: Assessment, threshold: number): IntentAnswer {
  const { intent, probability, inScope } = assessment
  return inScope < threshold
    ? { kind: 'out_of_scope', nearest: intent, probability, inScope }
    : { kind: 'intent', intent, probability }
}

export function assessText(text: string, model: IntentModel): Assessment {
  const { margins, signals } = look(readText(text, model.vocabulary), model.linear)
  return {
    intent: model.intents[signals.best] ?? '',
    probability: softmaxAt(margins, signals.best, model.sharpness),
    inScope: inScopeScore(signals, model.refusal),
  }
}

/**
 * The same from what the ONNX file puts out for one message.
 *
 * @param margins one an intent, and one for out of scope: [intents + 1]
 * @param probabilities [intents]
 * @param coverage share of known words, as `readText` gave it with the row
 */
export function assessOutputs(
  margins: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  coverage: number,
  { intents, refusal }: Pick<IntentReader, 'intents' | 'refusal'>,
): Assessment {
  const named = Array.from(intents, (_, at) => margins[at] ?? Number.NaN)
  const signals = signalsOf(named, margins[intents.length] ?? Number.NaN, coverage)
  return {
    intent: intents[signals.best] ?? '',
    probability: probabilities[signals.best] ?? Number.NaN,
    inScope: inScopeScore(signals, refusal),
  }
}

/** Margins of the intents, and the signals that follow from them. */
export function look(
  { vector, coverage }: ReadText,
  linear: LinearClasses,
): { margins: Float64Array; signals: Signals } {
  const all = new Float64Array(linear.classes)
  marginsInto(all, linear, vector)
  const margins = all.subarray(0, linear.classes - 1)
  return { margins, signals: signalsOf(margins, all[linear.classes - 1] ?? 0, coverage) }
}
