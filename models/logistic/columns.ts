import { encodeValue, type ModelValues } from '#shared/scoring/encoding.ts'
import type { Encoding } from '#shared/scoring/manifest.ts'

/** What the trainer must know of a feature; the registry's definitions have it. */
export type TrainingFeature =
  | { name: string; type: 'number' | 'boolean' }
  | { name: string; type: 'category'; levels: readonly string[] }

export interface ColumnPlan {
  feature: string
  encoding: Encoding
}

/** Above this skewness a count is taken as its logarithm, if that is less skewed. */
const HEAVY_TAIL_SKEWNESS = 1

function skewness(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let second = 0
  let third = 0
  for (const value of values) {
    second += (value - mean) ** 2
    third += (value - mean) ** 3
  }
  const variance = second / values.length
  return variance === 0 ? 0 : third / values.length / variance ** 1.5
}

function numberEncoding(values: readonly number[]): Encoding {
  const identity: Encoding = { kind: 'number', transform: 'identity' }
  if (values.some((value) => value < 0)) return identity
  const plain = skewness(values)
  const logged = skewness(values.map(Math.log1p))
  const heavy = plain > HEAVY_TAIL_SKEWNESS && Math.abs(logged) < plain
  return heavy ? { kind: 'number', transform: 'log1p' } : identity
}

function candidates(feature: TrainingFeature, rows: readonly ModelValues[]): Encoding[] {
  switch (feature.type) {
    case 'number': {
      const known = rows
        .map((row) => row[feature.name])
        .filter((value): value is number => typeof value === 'number')
      return [numberEncoding(known)]
    }
    case 'boolean':
      return [{ kind: 'boolean' }]
    case 'category':
      return feature.levels.map((level) => ({ kind: 'level', level }))
  }
}

/**
 * Plans the model's input columns: one a number or boolean, one a level of a category, and one that
 * says "missing" where a feature is sometimes missing. A column that never varies is left out.
 */
export function planColumns(
  features: readonly TrainingFeature[],
  rows: readonly ModelValues[],
): ColumnPlan[] {
  return features.flatMap((feature) => {
    const missing: Encoding = { kind: 'missing' }
    return [...candidates(feature, rows), missing]
      .map((encoding) => ({ feature: feature.name, encoding }))
      .filter((plan) => {
        const seen = new Set<number>()
        for (const row of rows) {
          const value = encodeValue(plan, row[feature.name] ?? null)
          if (!Number.isNaN(value)) seen.add(value)
          if (seen.size > 1) return true
        }
        return false
      })
  })
}
