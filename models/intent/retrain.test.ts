import { describe, expect, test } from 'vitest'
import type { Correction } from '#shared/text/correction.ts'
import { intentModelOf } from '#shared/text/load-model.ts'
import { textClassesFromOnnx } from '../onnx/text-classes.ts'
import { buildIntentModel, type IntentArtifacts } from './build-intent-model.ts'
import { compareModels } from './compare.ts'
import { smallSet } from './intent-set.fixture.ts'
import type { TestJudgements } from './judge.ts'
import { retrain } from './retrain.ts'

const SET = smallSet()
const WORDS = { name: 'Test', purpose: 'Tests.', notFor: [], data: 'Made up.', limits: [] }
const loaded = ({ manifest, onnx }: IntentArtifacts) =>
  intentModelOf(manifest, textClassesFromOnnx(onnx))
const CURRENT = loaded(buildIntentModel(SET, WORDS))

const NEXT: Record<string, string> = { demo: 'price', price: 'support', support: 'demo' }

/** Judgements of which the given ones are right. */
function judgements(inside: readonly boolean[], outside: readonly boolean[]): TestJudgements {
  const message = { text: '', family: 0, probability: 1, inScope: 1 }
  return {
    inside: inside.map((right) => ({
      ...message,
      meant: 'demo',
      intent: right ? 'demo' : 'price',
      refused: false,
    })),
    outside: outside.map((refused) => ({ ...message, intent: 'demo', refused })),
  }
}
const rights = (right: number, wrong: number): boolean[] => [
  ...Array.from({ length: right }, () => true),
  ...Array.from({ length: wrong }, () => false),
]

describe('the comparison', () => {
  test.each([
    // The chance of l or more heads in l + w throws: 1 / 2^4, 1 / 2^5, (1 + 6) / 2^6, (1 + 8) / 2^8.
    [4, 0, 1 / 16, true],
    [5, 0, 1 / 32, false],
    [5, 1, 7 / 64, true],
    [7, 1, 9 / 256, false],
    [0, 0, 1, true],
    [0, 9, 1, true],
  ])(
    'of %d lost and %d won messages has the binomial chance %d and may replace: %s',
    (lost, won, chance, may) => {
      const before = [...rights(lost, won), ...rights(30, 10)]
      const after = [...rights(0, lost), ...rights(won, 0), ...rights(30, 10)]
      const same = rights(10, 5)
      const inside = compareModels(judgements(before, same), judgements(after, same))
      expect(inside.inside).toMatchObject({ lost, won })
      expect(inside.inside.chance).toBeCloseTo(chance, 12)
      expect(inside.mayReplace).toBe(may)
      const outside = compareModels(judgements(same, before), judgements(same, after))
      expect(outside.outside).toEqual(inside.inside)
      expect(outside.mayReplace).toBe(may)
    },
  )

  test('stays a number for many messages', () => {
    const half = rights(3_000, 0)
    const none = rights(0, 3_000)
    const { inside } = compareModels(
      judgements([...half, ...none], []),
      judgements([...none, ...half], []),
    )
    expect(inside.chance).toBeGreaterThan(0.5)
    expect(inside.chance).toBeLessThan(0.52)
  })
})

describe('retraining', () => {
  const correction = (text: string, intent: string, at: number): Correction => ({
    text,
    intent,
    agent: 'agent-7f3a',
    at,
  })

  test('with sensible corrections gives a model that knows them and may replace the old one', () => {
    const given = [correction('ring my desk', 'demo', 1), correction('phone my desk', 'demo', 2)]
    const result = retrain(SET, given, CURRENT, WORDS)
    expect(result.kind).toBe('may_replace')
    if (result.kind !== 'may_replace') return
    expect(result.artifacts.card.corrections).toBe(2)
    expect(result.artifacts.manifest.trainedOn.corrections).toBe(2)
    expect(result.artifacts.manifest.version).not.toBe(
      buildIntentModel(SET, WORDS).manifest.version,
    )
  })

  test('with corrections that turn everything round is refused, with what to do next', () => {
    const turned = SET.train.map(({ text, intent }, at) => correction(text, NEXT[intent] ?? '', at))
    const result = retrain(SET, turned, CURRENT, WORDS)
    expect(result).toMatchObject({ kind: 'worse', next: expect.stringMatching(/\.$/) })
    expect(result.corrected.replaced).toBe(SET.train.length)
  })

  test('puts nothing personal into card, manifest or file', () => {
    const given = [
      correction('Zebulonia Quix here, zq@mail.example, +43 660 1234567, ring my desk', 'demo', 1),
    ]
    const result = retrain(SET, given, CURRENT, WORDS)
    if (result.kind !== 'may_replace') throw new Error('It should be as good.')
    const { card, manifest, onnx } = result.artifacts
    const written = [JSON.stringify(card), JSON.stringify(manifest), Buffer.from(onnx).toString()]
    for (const secret of ['ebulonia', 'Quix', 'zq@', '1234567', 'ring my desk', 'agent-7f3a']) {
      expect(written.filter((text) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual(
        [],
      )
    }
  })

  test('with none gives the same bytes again', () => {
    const result = retrain(SET, [], CURRENT, WORDS)
    if (result.kind !== 'may_replace') throw new Error('It is the same model.')
    expect(result.artifacts).toEqual(buildIntentModel(SET, WORDS))
    expect(result.comparison.inside).toEqual({ lost: 0, won: 0, chance: 1 })
  })
})
