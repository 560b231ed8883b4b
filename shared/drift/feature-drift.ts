import { ALARM_STANDARD_ERRORS } from './alarm.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { populationStability, STABLE_INDEX } from './population-stability.ts'

/** One feature's values in a period. */
export type FeatureSample =
  /** NaN where missing. */
  | { kind: 'number'; values: ArrayLike<number> }
  /** Index of a level that both periods share, below 0 where missing. */
  | { kind: 'category'; codes: ArrayLike<number>; levels: number }

export interface FeatureDrift {
  /** Population stability index of the values that are there. */
  stability: number
  /** Kolmogorov–Smirnov distance; null for categories, which have no order. */
  distance: number | null
  /** Share of rows without a value. */
  missing: { reference: number; recent: number }
  /** What is beyond chance and large enough to matter; empty where the feature is as it was. */
  alarms: ('values' | 'missing')[]
}

const BINS = 10
/** Distances and shares that differ by less are not worth a word, however certain. */
const LEAST_DISTANCE = 0.1
const LEAST_MISSING_SHARE = 0.05

/** Compares a feature in a recent period with what it was in the reference period. */
export function featureDrift(reference: FeatureSample, recent: FeatureSample): FeatureDrift {
  const [before, after] = [present(reference), present(recent)]
  const missing = missingDrift(before, after)
  const categories = reference.kind === 'category' ? reference.levels : null
  const edges = categories === null ? quantiles(before.values, BINS) : null
  const binned = (values: Float64Array) =>
    edges === null ? counted(values, categories ?? 0) : counted(places(values, edges), BINS)
  const { index, noise } = populationStability(binned(before.values), binned(after.values))
  const ks = edges === null ? null : kolmogorovSmirnov(before.values, after.values)
  const moved =
    index >= Math.max(STABLE_INDEX, noise) ||
    (ks !== null && ks.distance >= Math.max(LEAST_DISTANCE, ks.noise))
  const compared = before.values.length > 0 && after.values.length > 0
  return {
    stability: index,
    distance: ks?.distance ?? null,
    missing: missing.shares,
    alarms: [
      ...(moved && compared ? (['values'] as const) : []),
      ...(missing.changed ? (['missing'] as const) : []),
    ],
  }
}

interface Present {
  /** Sorted ascending. */
  values: Float64Array
  rows: number
}

function present(sample: FeatureSample): Present {
  const all = sample.kind === 'number' ? sample.values : sample.codes
  const isThere = (value: number) =>
    !Number.isNaN(value) && (sample.kind === 'number' || value >= 0)
  return { values: Float64Array.from(all).filter(isThere).sort(), rows: all.length }
}

function missingDrift(before: Present, after: Present) {
  const gone = ({ values, rows }: Present) => rows - values.length
  const share = (part: Present) => (part.rows === 0 ? 0 : gone(part) / part.rows)
  const shares = { reference: share(before), recent: share(after) }
  const rows = before.rows + after.rows
  const pooled = rows === 0 ? 0 : (gone(before) + gone(after)) / rows
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / before.rows + 1 / after.rows))
  const gap = Math.abs(shares.recent - shares.reference)
  return {
    shares,
    changed: gap >= LEAST_MISSING_SHARE && gap > ALARM_STANDARD_ERRORS * error,
  }
}

/** Upper edges of bins that hold about the same number of rows; fewer where values repeat. */
function quantiles(sorted: Float64Array, bins: number): number[] {
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part))] ?? 0
  const edges = Array.from({ length: bins - 1 }, (_, bin) => at((sorted.length * (bin + 1)) / bins))
  return [...new Set(edges)]
}

function places(values: Float64Array, edges: readonly number[]): Float64Array {
  return values.map((value) => {
    const place = edges.findIndex((edge) => value <= edge)
    return place < 0 ? edges.length : place
  })
}

function counted(codes: Float64Array, bins: number): Float64Array {
  const counts = new Float64Array(bins)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}
