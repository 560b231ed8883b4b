/** Probability of class `at` among all of `margins`, which are multiplied by `sharpness`. */
export function softmaxAt(margins: Float64Array, at: number, sharpness: number): number {
  const own = margins[at] ?? 0
  let sum = 0
  for (const margin of margins) sum += Math.exp(sharpness * (margin - own))
  return 1 / sum
}
