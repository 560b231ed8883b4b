import type { ViewMatrix } from './view-matrix.ts'

/** Decayed views of each page, a share of the most popular one's. */
export function popularity({ byPath, paths }: ViewMatrix): number[] {
  const sums = paths.map((_, page) =>
    byPath.weights
      .subarray(byPath.starts[page], byPath.starts[page + 1])
      .reduce((sum, weight) => sum + weight, 0),
  )
  const most = Math.max(0, ...sums)
  return sums.map((sum) => (most > 0 ? sum / most : 0))
}
