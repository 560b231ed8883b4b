import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TraitStatement } from './fold.ts'
import type { NodeTrait } from './persons.ts'
import { latestTraits, traitChanges } from './trait-history.ts'

const statement = (partial: Partial<TraitStatement>): TraitStatement => ({
  node: 'u:ada',
  key: 'plan',
  value: 'free',
  occurredAt: 1,
  receivedAt: 1,
  messageId: 'm1',
  verified: false,
  ...partial,
})

const statements = fc
  .array(
    fc.record({
      node: fc.constantFrom('u:ada', 'd:a'),
      key: fc.constantFrom('plan', 'name'),
      value: fc.constantFrom<unknown>('free', 'team', 1, { deep: [1] }),
      occurredAt: fc.integer({ min: 1, max: 5 }),
      verified: fc.boolean(),
    }),
    { maxLength: 25 },
  )
  .map((drafts) => drafts.map((draft, i) => statement({ ...draft, messageId: `m${(i * 5) % 27}` })))

const held = (said: readonly TraitStatement[], before: readonly NodeTrait[] = []) =>
  latestTraits([...before, ...said])

describe('the history of traits', () => {
  test('it is the same however the statements were batched', () => {
    fc.assert(
      fc.property(statements, fc.nat(), (said, cut) => {
        const at = cut % (said.length + 1)
        const first = said.slice(0, at)
        const batched = [...traitChanges([], first), ...traitChanges(held(first), said.slice(at))]
        expect(batched).toEqual(traitChanges([], said))
      }),
    )
  })

  test('what is held does not depend on the order in which it was said', () => {
    fc.assert(
      fc.property(statements, (said) => {
        const byKey = (traits: NodeTrait[]) =>
          traits.map((trait) => JSON.stringify(trait, Object.keys(trait).sort())).sort()
        expect(byKey(held(said.toReversed()))).toEqual(byKey(held(said)))
      }),
    )
  })

  test('a repetition is no change, a return to an earlier value is one', () => {
    const said = ['free', 'free', 'team', 'free'].map((value, index) =>
      statement({ value, occurredAt: index, messageId: `m${index}` }),
    )
    expect(traitChanges([], said).map(({ value }) => value)).toEqual(['free', 'team', 'free'])
  })

  test('what a browser claims is kept in the history but does not replace what a server vouches for', () => {
    const vouched = statement({ value: 'enterprise', verified: true })
    const claimed = statement({ value: 'free', occurredAt: 9, messageId: 'm9' })
    expect(traitChanges([vouched], [claimed])).toEqual([claimed])
    expect(held([vouched, claimed])).toEqual([vouched])
  })
})
