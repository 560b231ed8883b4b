import { z } from 'zod'
import { TEXT_BUCKETS, TEXT_FEATURES } from './features.ts'
import { SIGNALS } from './signals.ts'

const count = z.number().int().nonnegative()

/**
 * Tens of thousands of whole numbers. They are checked in one go: zod's own check of each would take
 * longer than all else that an isolate does to load a model.
 */
const wholeNumbers = (least: number, most: number) =>
  z.custom<number[]>(
    (value) =>
      Array.isArray(value) &&
      value.every((item) => Number.isInteger(item) && item >= least && item <= most),
    { error: `expected whole numbers from ${least} to ${most}` },
  )

/** {@link VocabularyCounts} as a file keeps them. */
const Counts = z
  .object({
    texts: z.number().int().positive(),
    buckets: wholeNumbers(0, TEXT_BUCKETS - 1),
    frequencies: wholeNumbers(1, Number.MAX_SAFE_INTEGER),
  })
  .refine(
    ({ buckets, frequencies }) => buckets.length > 0 && buckets.length === frequencies.length,
    { error: 'buckets and frequencies are empty, or not of one length' },
  )
  .refine(
    ({ buckets }) => buckets.every((bucket, at) => at === 0 || bucket > (buckets[at - 1] ?? 0)),
    { error: 'buckets do not ascend' },
  )

const common = {
  format: z.literal(1),
  version: z.string().min(1),
  /** Lower-case hex SHA-256 of the ONNX file that this manifest belongs to. */
  onnxSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** How texts become rows; a model never runs over other features than it was trained on. */
  features: z.literal(TEXT_FEATURES),
  /** BCP 47 tag of the language it was trained and tested in. */
  language: z.string().min(2),
  vocabulary: Counts,
  /** Margins are divided by it within the softmax. Already in the graph; here for people. */
  temperature: z.number().positive(),
}

const names = z.array(z.string().min(1)).min(2)

/** What must be known beside the ONNX file of an intent model to answer with it. */
export const IntentManifest = z.object({
  ...common,
  task: z.literal('intent'),
  /** In the order of the probabilities. Margins have one class more: out of scope, the last. */
  intents: names,
  /** How margins and coverage become the score of being in scope ({@link SIGNALS}). */
  refusal: z.object({
    weights: z.array(z.number()).length(SIGNALS.length),
    bias: z.number(),
    /** Below it a message is refused. */
    threshold: z.number().min(0).max(1),
  }),
  /** Messages; `corrections` of them were put right by people. */
  trainedOn: z.object({ inScope: count, outOfScope: count, corrections: count }),
})
export type IntentManifest = z.infer<typeof IntentManifest>

/** What must be known beside the ONNX file of a sentiment model to answer with it. */
export const SentimentManifest = z.object({
  ...common,
  task: z.literal('sentiment'),
  /** In the order of the probabilities and the margins. */
  sentiments: names,
  trainedOn: z.object({ messages: count }),
})
export type SentimentManifest = z.infer<typeof SentimentManifest>
