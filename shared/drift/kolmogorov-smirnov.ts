/** The two-sample statistic that chance alone exceeds with a probability of 1e-5, times √(nm/(n+m)). */
const FAR_LAMBDA = Math.sqrt(-0.5 * Math.log(1e-5 / 2))

export interface KolmogorovSmirnov {
  /** Largest distance between the two distribution functions, 0 to 1. */
  distance: number
  /** The distance that chance alone exceeds once in 100,000 with samples of these sizes. */
  noise: number
}

/**
 * Two-sample Kolmogorov–Smirnov test by its asymptotic distribution's first term, which for far tails is
 * all of it (Smirnov 1948). Ties make it quieter, never louder.
 *
 * @param reference sorted ascending, without NaN; so is `recent`
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  recent: ArrayLike<number>,
): KolmogorovSmirnov {
  const [n, m] = [reference.length, recent.length]
  if (n === 0 || m === 0) return { distance: 0, noise: 0 }
  let [i, j, distance] = [0, 0, 0]
  while (i < n && j < m) {
    const value = Math.min(reference[i] ?? 0, recent[j] ?? 0)
    while (i < n && (reference[i] ?? 0) <= value) i++
    while (j < m && (recent[j] ?? 0) <= value) j++
    distance = Math.max(distance, Math.abs(i / n - j / m))
  }
  return { distance, noise: FAR_LAMBDA * Math.sqrt((n + m) / (n * m)) }
}
