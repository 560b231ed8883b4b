/** Least-squares line through values at 0, 1, 2, …. */
export function lineThrough(values: readonly number[]): { intercept: number; slope: number } {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let [products, squares] = [0, 0]
  for (const [at, value] of values.entries()) {
    products += (at - middle) * (value - mean)
    squares += (at - middle) ** 2
  }
  const slope = squares > 0 ? products / squares : 0
  return { intercept: mean - slope * middle, slope }
}
