import { FEATURES } from '#shared/features/registry.ts'
import type { TrainingRow } from '#shared/training/training-row.ts'
import { seededUniform } from '../random/seeded.ts'

const DAY_MS = 86_400_000
const SPAN_DAYS = 120
export const FIRST_AT = Date.UTC(2026, 0, 1)

/** Rows whose outcome two features decide together; every third head count is unknown. */
export function leadRows(count: number, seed: number): TrainingRow[] {
  const uniform = seededUniform(seed)
  return Array.from({ length: count }, (_, index) => {
    const pricing = Math.floor(uniform() * 6)
    const employees = uniform() < 1 / 3 ? null : Math.round(10 ** (1 + 2 * uniform()))
    const margin = -3.2 + 0.7 * pricing + (employees !== null && employees > 100 ? 1.2 : 0)
    const blank = Object.fromEntries(FEATURES.map(({ name }) => [name, null]))
    return {
      visitorId: `v-${Math.floor(index / 2)}`,
      at: FIRST_AT + Math.round((index / count) * SPAN_DAYS * DAY_MS),
      features: {
        ...blank,
        pricing_views_7d: pricing,
        employees,
        sessions_30d: Math.floor(uniform() * 9),
      },
      converted: uniform() < 1 / (1 + Math.exp(-margin)),
    }
  })
}
