import { z } from 'zod'
import { GRADES, type Grade } from '#shared/scoring/score.ts'
import type { TargetingFacts } from './facts.ts'

const TEXT_FACTS = [
  'channel',
  'campaign',
  'source',
  'medium',
  'country',
  'company',
  'path',
] as const
const LIST_FACTS = ['pageKinds', 'campaigns'] as const
const NUMBER_FACTS = [
  'visits',
  'pageviews',
  'formsSent',
  'daysSinceFirstSeen',
  'daysSinceLastSeen',
  'points',
] as const

export const MAX_RULE_DEPTH = 8
export const MAX_RULE_NODES = 100
const MAX_TEXT_LENGTH = 200

const compared = z.string().min(1).max(MAX_TEXT_LENGTH)

const Compare = z.discriminatedUnion('op', [
  z.strictObject({
    kind: z.literal('compare'),
    op: z.enum(['is', 'contains', 'starts_with']),
    fact: z.enum(TEXT_FACTS),
    value: compared,
  }),
  z.strictObject({
    kind: z.literal('compare'),
    op: z.literal('one_of'),
    fact: z.enum(TEXT_FACTS),
    value: z.array(compared).min(1).max(100),
  }),
  z.strictObject({
    kind: z.literal('compare'),
    op: z.literal('includes'),
    fact: z.enum(LIST_FACTS),
    value: compared,
  }),
  z.strictObject({
    kind: z.literal('compare'),
    op: z.enum(['at_least', 'at_most', 'equals']),
    fact: z.enum(NUMBER_FACTS),
    value: z.number(),
  }),
  z.strictObject({
    kind: z.literal('compare'),
    op: z.literal('grade_at_least'),
    fact: z.literal('grade'),
    value: z.enum(GRADES),
  }),
  z.strictObject({
    kind: z.literal('compare'),
    op: z.literal('yes'),
    fact: z.literal('known'),
    value: z.boolean(),
  }),
])
type Compare = z.infer<typeof Compare>

/** Who a variant is for. `all` of nothing is everybody, `any` of nothing is nobody. */
export type Rule =
  | { kind: 'all'; rules: Rule[] }
  | { kind: 'any'; rules: Rule[] }
  | { kind: 'not'; rule: Rule }
  | Compare

const RuleNode: z.ZodType<Rule> = z.lazy(() =>
  z.union([
    z.strictObject({ kind: z.literal('all'), rules: z.array(RuleNode) }),
    z.strictObject({ kind: z.literal('any'), rules: z.array(RuleNode) }),
    z.strictObject({ kind: z.literal('not'), rule: RuleNode }),
    Compare,
  ]),
)

/** Measured before parsing, because a deeply nested rule would overflow the parser's stack. */
export const Rule: z.ZodType<Rule> = z
  .unknown()
  .refine((rule) => isWithinBounds(rule), {
    error: `A rule may be ${MAX_RULE_DEPTH} levels deep and have ${MAX_RULE_NODES} parts.`,
    abort: true,
  })
  .pipe(RuleNode)

function isWithinBounds(root: unknown): boolean {
  let level: unknown[] = [root]
  let nodes = 0
  for (let depth = 1; level.length > 0; depth++) {
    nodes += level.length
    if (depth > MAX_RULE_DEPTH || nodes > MAX_RULE_NODES) return false
    level = level.flatMap(partsOf)
  }
  return true
}

function partsOf(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return []
  if ('rules' in node && Array.isArray(node.rules)) return node.rules
  return 'rule' in node ? [node.rule] : []
}

/** Whether the rule holds for these facts. Pure, and total: what is not known never matches. */
export function matches(rule: Rule, facts: TargetingFacts): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.rules.every((part) => matches(part, facts))
    case 'any':
      return rule.rules.some((part) => matches(part, facts))
    case 'not':
      return !matches(rule.rule, facts)
    case 'compare':
      return compare(rule, facts)
  }
}

function compare(rule: Compare, facts: TargetingFacts): boolean {
  switch (rule.op) {
    case 'is':
      return fold(facts[rule.fact]) === fold(rule.value)
    case 'contains':
      return fold(facts[rule.fact])?.includes(rule.value.toLowerCase()) ?? false
    case 'starts_with':
      return fold(facts[rule.fact])?.startsWith(rule.value.toLowerCase()) ?? false
    case 'one_of':
      return rule.value.some((value) => fold(value) === fold(facts[rule.fact]))
    case 'includes':
      return facts[rule.fact].some((item) => fold(item) === fold(rule.value))
    case 'at_least':
      return (facts[rule.fact] ?? Number.NaN) >= rule.value
    case 'at_most':
      return (facts[rule.fact] ?? Number.NaN) <= rule.value
    case 'equals':
      return facts[rule.fact] === rule.value
    case 'grade_at_least':
      return facts.grade !== null && isGradeAtLeast(facts.grade, rule.value)
    case 'yes':
      return facts.known === rule.value
  }
}

function isGradeAtLeast(grade: Grade, wanted: Grade): boolean {
  return GRADES.indexOf(grade) <= GRADES.indexOf(wanted)
}

function fold(text: string | null): string | null {
  return text === null ? null : text.toLowerCase()
}
