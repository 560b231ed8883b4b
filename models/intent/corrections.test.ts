import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Correction, OUT_OF_SCOPE } from '#shared/text/correction.ts'
import { wordsOf } from '#shared/text/words.ts'
import { withCorrections } from './corrections.ts'
import { smallSet } from './intent-set.fixture.ts'

const SET = smallSet()
const correction = (text: string, intent: string, at = 1, agent = 'agent-1'): Correction =>
  Correction.parse({ text, intent, agent, at })

const corrections = fc.array(
  fc.record({
    text: fc.constantFrom(
      'can you ring me',
      'Can you ring me?',
      'rain tomorrow',
      'how much is it',
      'how much is it now',
      'who won the match then',
      'boil an egg',
      '…',
      'mail me at a.b@example.com',
    ),
    intent: fc.constantFrom('demo', 'price', 'support', OUT_OF_SCOPE, 'weather'),
    agent: fc.constantFrom('agent-1', 'agent-2', 'agent-3'),
    at: fc.integer({ min: 0, max: 4 }),
  }),
  { maxLength: 20 },
)
const form = (text: string): string => wordsOf(text).join(' ')

describe('corrections', () => {
  test('become training messages, or out-of-scope ones', () => {
    const given = [correction('ring me', 'demo'), correction('do you like rain', OUT_OF_SCOPE)]
    const { set, added } = withCorrections(SET, given)
    expect(added).toBe(2)
    expect(set.train).toEqual([...SET.train, { text: 'ring me', intent: 'demo' }])
    expect(set.outsideTrain).toEqual([...SET.outsideTrain, 'do you like rain'])
  })

  test('of the same text in other case and punctuation count once, and the newest wins', () => {
    const given = [
      correction('Ring me!', 'demo', 5),
      correction('ring me', 'price', 9),
      correction('RING ME', 'support', 7),
    ]
    const { set, added, contradictions } = withCorrections(SET, given)
    expect(added).toBe(1)
    expect(set.train.slice(SET.train.length)).toEqual([{ text: 'ring me', intent: 'price' }])
    expect(contradictions).toEqual([])
  })

  test('replace a training message of the same text, in scope or out of it', () => {
    const given = [correction('How much is it?', 'demo'), correction('rain tomorrow', 'support')]
    const { set, replaced } = withCorrections(SET, given)
    expect(replaced).toBe(2)
    const intentsOf = (text: string) =>
      set.train.filter((message) => form(message.text) === text).map(({ intent }) => intent)
    expect(intentsOf('how much is it')).toEqual(['demo'])
    expect(intentsOf('rain tomorrow')).toEqual(['support'])
    expect(set.outsideTrain).not.toContain('rain tomorrow')
  })

  test('that contradict each other between agents are reported with the newest word of each', () => {
    const given = [
      correction('ring me', 'demo', 1, 'agent-1'),
      correction('ring me', 'price', 2, 'agent-2'),
      correction('ring me', 'support', 3, 'agent-1'),
      correction('call me', 'demo', 1, 'agent-1'),
      correction('call me', 'demo', 2, 'agent-2'),
    ]
    expect(withCorrections(SET, given).contradictions).toEqual([
      { taken: 'support', said: [given[2], given[1]] },
    ])
  })

  test('of a message in validation or test, or with an unknown intent, are left out and counted', () => {
    const given = [
      correction('HOW MUCH IS IT NOW', 'demo'),
      correction('how much is it then', 'demo'),
      correction('boil an egg', 'demo'),
      correction('who won the match then', 'demo'),
      correction('is it cold', 'weather'),
      correction('???', 'demo'),
    ]
    expect(withCorrections(SET, given)).toEqual({
      set: SET,
      added: 0,
      replaced: 0,
      heldOut: 4,
      unknownIntent: 1,
      empty: 1,
      contradictions: [],
    })
  })

  test.each([
    ['write to jo.doe+x@mail.example please', 'write to please'],
    ['call +43 (660) 123-45 67 today', 'call today'],
    ['invoice 20261107 is wrong', 'invoice is wrong'],
    ['see https://shop.example/cart?id=7 now', 'see now'],
    ['we are 250 people on plan 3', 'we are 250 people on plan 3'],
  ])('of %j are learnt as %j', (text, learnt) => {
    const { set } = withCorrections(SET, [correction(text, 'support')])
    expect(form(set.train.at(-1)?.text ?? '')).toBe(form(learnt))
  })

  test('give the same set in whatever order they come', () => {
    fc.assert(
      fc.property(
        corrections.chain((given) =>
          fc.tuple(
            fc.constant(given),
            fc.shuffledSubarray(given, { minLength: given.length, maxLength: given.length }),
          ),
        ),
        ([given, shuffled]) => {
          expect(withCorrections(SET, shuffled).set).toEqual(withCorrections(SET, given).set)
        },
      ),
    )
  })

  test('never touch validation and test, never enter them, and give each text one intent', () => {
    fc.assert(
      fc.property(corrections, (given) => {
        const { set, added, heldOut, unknownIntent, empty } = withCorrections(SET, given)
        const { train, outsideTrain, ...held } = set
        const { train: _, outsideTrain: __, ...before } = SET
        expect(held).toEqual(before)
        const learnt = [...train.map(({ text }) => text), ...outsideTrain].map(form)
        expect(new Set(learnt).size).toBe(learnt.length)
        const unseen = [
          ...held.validation.map(({ text }) => text),
          ...held.outsideValidation,
          ...held.test.map(({ text }) => text),
          ...held.outsideTest.map(({ text }) => text),
        ].map(form)
        expect(learnt.filter((text) => unseen.includes(text))).toEqual([])
        expect(added + heldOut + unknownIntent + empty).toBeLessThanOrEqual(given.length)
      }),
    )
  })
})
