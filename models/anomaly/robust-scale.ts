/** A MAD of normal noise times this is its standard deviation. */
const MAD_TO_DEVIATION = 1.4826

/** The middle of the numbers, NaN left out; NaN of none. */
export function median(numbers: ArrayLike<number>): number {
  const sorted = Float64Array.from(numbers)
    .filter((number) => !Number.isNaN(number))
    .sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Where numbers lie and how far they spread, told by the middle half: outliers have no say. */
export interface RobustScale {
  centre: number
  /** In the units of the numbers, comparable to a standard deviation. */
  deviation: number
}

/** Median and 1.4826 × MAD (Rousseeuw and Croux 1993); NaN is left out. */
export function robustScale(numbers: ArrayLike<number>): RobustScale {
  const centre = median(numbers)
  const distances = Float64Array.from(numbers, (number) => Math.abs(number - centre))
  return { centre, deviation: MAD_TO_DEVIATION * median(distances) }
}
