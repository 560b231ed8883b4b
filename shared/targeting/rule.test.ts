import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TargetingFacts, UNSEEN_VISITOR } from './facts.ts'
import { MAX_RULE_DEPTH, MAX_RULE_NODES, matches, Rule } from './rule.ts'

const facts = (known: Partial<TargetingFacts>): TargetingFacts => ({ ...UNSEEN_VISITOR, ...known })

describe('a rule', () => {
  test.each<[string, Rule, Partial<TargetingFacts>, boolean]>([
    [
      'compares texts without regard to case',
      { kind: 'compare', fact: 'campaign', op: 'is', value: 'Spring-Launch' },
      { campaign: 'spring-launch' },
      true,
    ],
    [
      'is false about what is not known',
      { kind: 'compare', fact: 'points', op: 'at_most', value: 100 },
      { points: null },
      false,
    ],
    [
      'takes a better grade for enough',
      { kind: 'compare', fact: 'grade', op: 'grade_at_least', value: 'B' },
      { grade: 'A' },
      true,
    ],
    [
      'takes a worse grade for too little',
      { kind: 'compare', fact: 'grade', op: 'grade_at_least', value: 'B' },
      { grade: 'C' },
      false,
    ],
    [
      'finds one of several values',
      { kind: 'compare', fact: 'country', op: 'one_of', value: ['DE', 'AT', 'CH'] },
      { country: 'at' },
      true,
    ],
    [
      'finds an item in a list',
      { kind: 'compare', fact: 'pageKinds', op: 'includes', value: 'pricing' },
      { pageKinds: ['docs', 'pricing'] },
      true,
    ],
    [
      'counts at the bound',
      { kind: 'compare', fact: 'visits', op: 'at_least', value: 2 },
      { visits: 2 },
      true,
    ],
    [
      'can ask for strangers',
      { kind: 'compare', fact: 'known', op: 'yes', value: false },
      { known: true },
      false,
    ],
    ['of all of nothing is everybody', { kind: 'all', rules: [] }, {}, true],
    ['of any of nothing is nobody', { kind: 'any', rules: [] }, {}, false],
  ])('%s', (_, rule, known, expected) => {
    expect(matches(Rule.parse(rule), facts(known))).toBe(expected)
  })

  test('that is too deep is refused before it can overflow the parser', () => {
    const nested = (depth: number): unknown => {
      let rule: unknown = { kind: 'all', rules: [] }
      for (let i = 1; i < depth; i++) rule = { kind: 'not', rule }
      return rule
    }
    expect(Rule.safeParse(nested(MAX_RULE_DEPTH)).success).toBe(true)
    expect(Rule.safeParse(nested(MAX_RULE_DEPTH + 1)).success).toBe(false)
    expect(Rule.safeParse(nested(200_000)).success).toBe(false)
  })

  test('that is too wide is refused', () => {
    const rules = Array.from({ length: MAX_RULE_NODES }, () => ({ kind: 'all', rules: [] }))
    expect(Rule.safeParse({ kind: 'any', rules }).success).toBe(false)
    expect(Rule.safeParse({ kind: 'any', rules: rules.slice(1) }).success).toBe(true)
  })

  test('with an unknown fact, an operator of another type or a stray field is refused', () => {
    const wrong = [
      { kind: 'compare', fact: 'email', op: 'is', value: 'a@b.example' },
      { kind: 'compare', fact: 'visits', op: 'contains', value: '2' },
      { kind: 'compare', fact: 'visits', op: 'at_least', value: 2, sql: '1=1' },
    ]
    for (const rule of wrong) expect(Rule.safeParse(rule).success).toBe(false)
  })

  const anyRule = fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      fc.record({
        kind: fc.constant('compare' as const),
        fact: fc.constantFrom('visits' as const, 'points' as const),
        op: fc.constantFrom('at_least' as const, 'at_most' as const),
        value: fc.integer({ min: 0, max: 5 }),
      }),
      fc.record({
        kind: fc.constantFrom('all' as const, 'any' as const),
        rules: fc.array(tie('rule'), { maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('not' as const), rule: tie('rule') }),
    ),
  })).rule

  test('obeys De Morgan: not all of them is any of their opposites', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 4 }),
        fc.integer({ min: 0, max: 5 }),
        fc.option(fc.integer({ min: 0, max: 5 })),
        (rules, visits, points) => {
          const known = facts({ visits, points })
          const notAll: Rule = { kind: 'not', rule: { kind: 'all', rules } }
          const anyNot: Rule = { kind: 'any', rules: rules.map((rule) => ({ kind: 'not', rule })) }
          expect(matches(notAll, known)).toBe(matches(anyNot, known))
        },
      ),
    )
  })
})
