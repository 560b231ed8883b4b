const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const BUCKETS = 10_000

/** 32-bit FNV-1a over UTF-16 code units (for ASCII the same as over bytes). */
export function fnv1a32(text: string): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  }
  return hash >>> 0
}

/**
 * Where a visitor stands in [0, 1) for a seed, in steps of 1/10,000: hashed twice, because one pass
 * of FNV-1a leaves neighbouring ids and seeds correlated (GrowthBook's hash version 2).
 */
export function bucketOf(seed: string, visitorId: string): number {
  return (fnv1a32(String(fnv1a32(seed + visitorId))) % BUCKETS) / BUCKETS
}

/**
 * The item that a position in [0, 1) falls on when the items share it by weight.
 * Null when no item has a weight.
 */
export function pickByWeight<T extends { weight: number }>(
  items: readonly T[],
  position: number,
): T | null {
  const total = items.reduce((sum, { weight }) => sum + weight, 0)
  let reached = 0
  let last: T | null = null
  for (const item of items) {
    if (item.weight <= 0) continue
    reached += item.weight / total
    last = item
    if (position < reached) return item
  }
  // Rounding may leave the sum of shares just under 1.
  return last
}
