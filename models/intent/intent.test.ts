import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assessText, classifyText, decideIntent } from '#shared/text/classify.ts'
import { intentQuality } from './evaluate.ts'
import { smallSet } from './intent-set.fixture.ts'
import { INTENT_OPTIONS, trainIntents } from './train-intents.ts'

const EXAMPLES = smallSet()
const MODEL = trainIntents(EXAMPLES)

describe('intents of a small separable set', () => {
  test('are learnt', () => {
    for (const { text, intent } of [...EXAMPLES.train, ...EXAMPLES.validation]) {
      expect(classifyText(text, MODEL)).toMatchObject({ kind: 'intent', intent })
    }
  })

  test('are found in other words around the same phrase, whatever the case', () => {
    expect(classifyText('SHOW ME A DEMO!', MODEL)).toMatchObject({ kind: 'intent', intent: 'demo' })
  })

  test('are not found in gibberish, in silence or in another script', () => {
    for (const text of ['xqzzk wvvkq jjqx', '', '   ', '…', 'Где мой заказ']) {
      expect(classifyText(text, MODEL).kind).toBe('out_of_scope')
    }
  })

  test('give the same bits for the same seed and others for another seed', () => {
    expect(trainIntents(smallSet())).toEqual(MODEL)
    const other = trainIntents(EXAMPLES, { ...INTENT_OPTIONS, epochs: 1, seed: 2 })
    const again = trainIntents(EXAMPLES, { ...INTENT_OPTIONS, epochs: 1 })
    expect(other.linear.weights).not.toEqual(again.linear.weights)
  })

  test('come near the optimum of the squared hinge loss whatever the order of rows', () => {
    const [one, other] = [3, 4].map((seed) =>
      trainIntents(EXAMPLES, { ...INTENT_OPTIONS, epochs: 200, seed }),
    )
    const gap = one?.linear.weights.reduce(
      (most, weight, at) => Math.max(most, Math.abs(weight - (other?.linear.weights[at] ?? 0))),
      0,
    )
    expect(gap).toBeLessThan(1e-4)
  })
})

describe('the decision', () => {
  test('with a threshold of zero refuses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decideIntent(assessText(text, MODEL), 0).kind).toBe('intent')
      }),
    )
  })

  test('refuses more with a higher threshold', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, share, (inScope, a, b) => {
        const assessment = { intent: 'demo', probability: 0.5, inScope }
        if (decideIntent(assessment, Math.min(a, b)).kind === 'out_of_scope') {
          expect(decideIntent(assessment, Math.max(a, b)).kind).toBe('out_of_scope')
        }
      }),
    )
  })

  test('rests on probabilities and scores between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { probability, inScope } = assessText(text, MODEL)
        expect(probability).toBeGreaterThan(1 / 3 - 1e-9)
        expect(probability).toBeLessThanOrEqual(1)
        expect(inScope).toBeGreaterThanOrEqual(0)
        expect(inScope).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('quality', () => {
  test('counts a refused message as wrong in scope and as right out of scope', () => {
    const message = (inScope: number, correct: boolean) => ({
      intent: 'demo',
      probability: 1,
      inScope,
      correct,
    })
    const inside = [message(0.9, true), message(0.8, true), message(0.2, true), message(0.9, false)]
    const outside = [message(0.1, false), message(0.3, false), message(0.85, false)]
    const quality = intentQuality(inside, outside, 0.5)
    expect(quality.accuracyBeforeThreshold).toBe(3 / 4)
    expect(quality.accuracy).toBe(2 / 4)
    expect(quality.outsideRecall).toBe(2 / 3)
    expect(quality.outsidePrecision).toBe(2 / 3)
  })
})

describe('examples that do not suffice', () => {
  const [first] = EXAMPLES.train
  test.each([
    ['one_intent', { train: first ? [first] : [] }],
    ['no_validation', { validation: [] }],
    ['unknown_intent', { validation: [{ text: 'hello', intent: 'greeting' }] }],
    ['no_outsiders', { outsideValidation: [] }],
  ] as const)('are refused as %s, with what to do next', (kind, change) => {
    expect(() => trainIntents({ ...EXAMPLES, ...change })).toThrow(
      expect.objectContaining({ kind, next: expect.stringMatching(/\.$/) }),
    )
  })
})
