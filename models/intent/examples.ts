import { IntentError } from './intent-error.ts'

export interface LabelledText {
  text: string
  intent: string
}

/** Examples to learn from, and others to calibrate and choose the threshold on. */
export interface IntentExamples {
  train: readonly LabelledText[]
  /** Messages with none of the intents; may be empty. */
  outsideTrain: readonly string[]
  validation: readonly LabelledText[]
  outsideValidation: readonly string[]
}

/**
 * The intents of the training examples, in code point order.
 *
 * @throws IntentError when a model cannot be trained or its threshold cannot be chosen
 */
export function intentsOf(examples: IntentExamples): string[] {
  const intents = [...new Set(examples.train.map(({ intent }) => intent))].sort()
  if (intents.length < 2) {
    throw new IntentError(
      'one_intent',
      `The training examples name ${intents.length} intents.`,
      'Add examples of at least two.',
    )
  }
  if (examples.validation.length === 0) {
    throw new IntentError(
      'no_validation',
      'No validation examples were given, so probabilities cannot be calibrated.',
      'Hold back about a fifth of the examples of each intent.',
    )
  }
  const known = new Set(intents)
  const stranger = examples.validation.find(({ intent }) => !known.has(intent))
  if (stranger) {
    throw new IntentError(
      'unknown_intent',
      `Validation has the intent "${stranger.intent}", which no training example has.`,
      'Add training examples of it, or give its messages as out of scope.',
    )
  }
  if (examples.outsideValidation.length === 0) {
    throw new IntentError(
      'no_outsiders',
      'No out-of-scope messages are among the validation examples, so no threshold can be chosen.',
      'Add some dozens of messages that none of the intents fits.',
    )
  }
  return intents
}
