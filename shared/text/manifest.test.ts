import { expect, test } from 'vitest'
import { intentModelOf, sentimentModelOf } from './load-model.ts'
import { IntentManifest, SentimentManifest } from './manifest.ts'

const COMMON = {
  format: 1,
  version: 'test-1',
  onnxSha256: '0'.repeat(64),
  features: 'words-pairs-grams-1',
  language: 'en',
  vocabulary: { texts: 3, buckets: [4, 9], frequencies: [1, 2] },
  temperature: 0.5,
}
const INTENT = {
  ...COMMON,
  task: 'intent',
  intents: ['demo', 'price'],
  refusal: { weights: [1, 1, 1], bias: 0, threshold: 0.5 },
  trainedOn: { inScope: 3, outOfScope: 0, corrections: 0 },
}
const SENTIMENT = {
  ...COMMON,
  task: 'sentiment',
  sentiments: ['negative', 'positive'],
  trainedOn: { messages: 3 },
}
const weights = (classes: number, columns: number) => ({
  linear: { classes, columns, weights: new Float32Array((columns + 1) * classes) },
  sharpness: 2,
})

test.each([
  ['buckets that do not ascend', { vocabulary: { ...COMMON.vocabulary, buckets: [9, 4] } }],
  ['a bucket twice', { vocabulary: { ...COMMON.vocabulary, buckets: [4, 4] } }],
  ['a bucket that no text has', { vocabulary: { ...COMMON.vocabulary, buckets: [4, 2 ** 18] } }],
  ['a column without frequency', { vocabulary: { ...COMMON.vocabulary, frequencies: [1] } }],
  ['a bucket in words', { vocabulary: { ...COMMON.vocabulary, buckets: [4, '9'] } }],
  ['half a text', { vocabulary: { ...COMMON.vocabulary, frequencies: [1, 0.5] } }],
  ['no vocabulary', { vocabulary: { texts: 3, buckets: [], frequencies: [] } }],
  ['other features', { features: 'words-2' }],
  ['a later format', { format: 2 }],
  ['a weight too few', { refusal: { weights: [1, 1], bias: 0, threshold: 0.5 } }],
])('a manifest with %s is refused', (_, change) => {
  expect(IntentManifest.safeParse(INTENT).success).toBe(true)
  expect(IntentManifest.safeParse({ ...INTENT, ...change }).success).toBe(false)
})

test('an intent model has one class more than intents, and as many columns as the vocabulary', () => {
  const manifest = IntentManifest.parse(INTENT)
  const model = intentModelOf(manifest, weights(3, 2))
  expect(model.vocabulary.columnOf[9]).toBe(1)
  for (const [classes, columns] of [
    [2, 2],
    [3, 3],
  ] as const) {
    expect(() => intentModelOf(manifest, weights(classes, columns))).toThrow(
      expect.objectContaining({ kind: 'mismatch', next: expect.stringMatching(/\.$/) }),
    )
  }
})

test('a sentiment model has a class a sentiment', () => {
  const manifest = SentimentManifest.parse(SENTIMENT)
  expect(sentimentModelOf(manifest, weights(2, 2)).sentiments).toEqual(['negative', 'positive'])
  expect(() => sentimentModelOf(manifest, weights(3, 2))).toThrow(
    expect.objectContaining({ kind: 'mismatch' }),
  )
})
