import { z } from '@hono/zod-openapi'
import type { FeatureDefinition } from '#shared/features/feature.ts'
import { FEATURES, featureByName } from '#shared/features/registry.ts'
import { Encoding } from '#shared/scoring/manifest.ts'

/** What one column of a model's input is: a feature as it is, or how it is made from one. */
export const InputColumn = z.union([
  z.string(),
  z.strictObject({
    feature: z.string(),
    encoding: Encoding.optional(),
    /** What the graph calls it, where it has one input a column. */
    input: z.string().optional(),
  }),
])
export type InputColumn = z.infer<typeof InputColumn>

export interface NamedColumn {
  /** What the graph calls it, where it has one input a column. */
  input: string
  feature: string
  encoding: Encoding
}

export type ColumnsVerdict =
  | { kind: 'columns'; columns: NamedColumn[] }
  | { kind: 'refused'; reason: string; next: string }

/**
 * What each column of the model's input is. A number or yes/no feature needs only its name; a category is
 * one column a level.
 */
export function inputColumns(given: readonly InputColumn[]): ColumnsVerdict {
  const columns: NamedColumn[] = []
  for (const each of given) {
    const column = columnOf(typeof each === 'string' ? { feature: each } : each)
    if ('reason' in column) return { kind: 'refused', ...column }
    if (columns.some(({ input }) => input === column.input)) {
      const reason = `The input ${column.input} is listed twice.`
      return { kind: 'refused', reason, next: 'List each column once.' }
    }
    columns.push(column)
  }
  return { kind: 'columns', columns }
}

function columnOf({
  feature: name,
  encoding,
  input,
}: Exclude<InputColumn, string>): NamedColumn | { reason: string; next: string } {
  const feature = featureByName(name)
  if (feature === undefined) {
    const names = FEATURES.map((each) => each.name).join(', ')
    return { reason: `${name} is no feature.`, next: `Train on these alone: ${names}.` }
  }
  const meant = encoding ?? plainEncoding(feature)
  if (meant === null || !fits(feature, meant)) {
    return {
      reason:
        meant === null
          ? `${name} is a category and needs a level.`
          : `${name} is a ${feature.type} and cannot be taken as ${meant.kind === 'level' ? `the level ${meant.level}` : `a ${meant.kind}`}.`,
      next: `Send {"feature": "${name}", "encoding": ${JSON.stringify(plainEncoding(feature) ?? exampleOf(feature))}}.`,
    }
  }
  return { input: input ?? inputName(name, meant), feature: name, encoding: meant }
}

function plainEncoding({ type }: FeatureDefinition): Encoding | null {
  if (type === 'number') return { kind: 'number', transform: 'identity' }
  return type === 'boolean' ? { kind: 'boolean' } : null
}

const exampleOf = (feature: FeatureDefinition): Encoding => ({
  kind: 'level',
  level: feature.type === 'category' ? (feature.levels[0] ?? '') : '',
})

function fits(feature: FeatureDefinition, encoding: Encoding): boolean {
  if (encoding.kind === 'missing') return true
  if (encoding.kind !== 'level') return encoding.kind === feature.type
  return feature.type === 'category' && feature.levels.includes(encoding.level)
}

function inputName(feature: string, encoding: Encoding): string {
  if (encoding.kind === 'level') return `${feature}=${encoding.level}`
  return encoding.kind === 'missing' ? `${feature}=missing` : feature
}
