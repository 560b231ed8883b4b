/** What chance alone makes of a count on the stabilised scale. */
export const POISSON_DEVIATION = 1

/**
 * Anscombe (1948): of a Poisson count x, 2 √(x + 3/8) has a variance of about 1 whatever its mean. So three
 * visitors at night and three thousand at noon can be judged by one rule.
 */
export function stabilised(count: number): number {
  return 2 * Math.sqrt(count + 3 / 8)
}

/** The count at a place on the stabilised scale; at least 0. */
export function countAt(stable: number): number {
  return Math.max(0, (Math.max(0, stable) / 2) ** 2 - 3 / 8)
}

/** The mean of counts whose stabilised mean this is: a square's mean is above the mean's square, by 1/4. */
export function meanCountAt(stable: number): number {
  return Math.max(0, (Math.max(0, stable) / 2) ** 2 - 1 / 8)
}
