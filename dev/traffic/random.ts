/** A stream of pseudo-random numbers that a seed determines fully. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  uniform(): number
  chance(probability: number): boolean
  /** Whole number in [min, max]. */
  integer(min: number, max: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  /** One key, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
  /** Exponentially distributed with this mean. */
  exponential(mean: number): number
  /** Standard normal. */
  normal(): number
}

/**
 * A stream of its own for each name, so that adding draws to one part of a simulation leaves all
 * others as they were. The generator is mulberry32, seeded by an FNV-1a hash of seed and name.
 */
export function randomStream(seed: number, name: string): Random {
  let state = hash32(`${seed}/${name}`)
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    uniform,
    chance: (probability) => uniform() < probability,
    integer: (min, max) => min + Math.floor(uniform() * (max - min + 1)),
    pick: (items) => items[Math.floor(uniform() * items.length)] ?? items[0],
    weighted: (weights) => weightedKey(weights, uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  }
}

function weightedKey<K extends string>(weights: Readonly<Record<K, number>>, draw: number): K {
  const entries = Object.entries<number>(weights) as [K, number][]
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  let left = draw * total
  for (const [key, weight] of entries) {
    left -= weight
    if (left < 0) return key
  }
  const [fallback] = entries[0] ?? []
  if (fallback === undefined) throw new RangeError('There must be at least one weight.')
  return fallback
}

function hash32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return hash | 0
}
