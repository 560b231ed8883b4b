import { z } from 'zod'
import type { FeatureDefinition, FeatureValue, FeatureValues } from './feature.ts'
import { FEATURES } from './registry.ts'

/**
 * A bare feature object as an API user sends it. Missing and null are allowed and mean unknown;
 * an unknown name, NaN, an infinite or negative number and a wrong type are refused, and the issue
 * names the field.
 */
export const FeatureInput: z.ZodType<Partial<Record<string, FeatureValue>>> = z.strictObject(
  Object.fromEntries(FEATURES.map((feature) => [feature.name, schemaOf(feature).nullish()])),
)
export type FeatureInput = z.infer<typeof FeatureInput>

function schemaOf(feature: FeatureDefinition): z.ZodType<number | boolean | string> {
  switch (feature.type) {
    case 'number':
      return z
        .number(`must be a finite number (${feature.unit})`)
        .nonnegative(`must not be negative (${feature.unit})`)
    case 'boolean':
      return z.boolean('must be true or false')
    case 'category':
      return z.enum([...feature.levels], `must be one of ${feature.levels.join(', ')}`)
  }
}

type FeatureIssue = { field: string; reason: string }
export type FeatureInputResult =
  | { kind: 'ok'; values: FeatureValues }
  | { kind: 'invalid'; issues: FeatureIssue[] }

/** Parses a bare feature object into complete values (missing becomes null) or named issues. */
export function parseFeatureInput(input: unknown): FeatureInputResult {
  const parsed = FeatureInput.safeParse(input)
  if (!parsed.success) return { kind: 'invalid', issues: parsed.error.issues.flatMap(issuesOf) }
  const values: Record<string, FeatureValue> = {}
  for (const { name } of FEATURES) values[name] = parsed.data[name] ?? null
  return { kind: 'ok', values }
}

function issuesOf(issue: z.core.$ZodIssue): FeatureIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((field) => ({ field, reason: 'is no known feature' }))
  }
  return [{ field: issue.path.join('.') || 'features', reason: issue.message }]
}
