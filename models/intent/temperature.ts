import { softmaxAt } from '#shared/text/softmax.ts'

const COLDEST_LOG = Math.log(0.01)
const HOTTEST_LOG = Math.log(100)
const STEPS = 60
const GOLDEN = (Math.sqrt(5) - 1) / 2

/**
 * The factor on margins that gives the softmax the least log loss (temperature scaling, Guo et al.
 * 2017; the factor is one over the temperature). The loss is convex in the factor, hence has one
 * minimum on a log scale too, which golden-section search finds.
 *
 * @param margins one array a row, one value a class
 * @param labels class of each row
 */
export function fitSharpness(margins: readonly Float64Array[], labels: ArrayLike<number>): number {
  const loss = (log: number): number => {
    let sum = 0
    for (const [row, values] of margins.entries()) {
      sum -= Math.log(Math.max(softmaxAt(values, labels[row] ?? 0, Math.exp(log)), 1e-300))
    }
    return sum
  }
  let low = COLDEST_LOG
  let high = HOTTEST_LOG
  for (let step = 0; step < STEPS; step++) {
    const left = high - GOLDEN * (high - low)
    const right = low + GOLDEN * (high - low)
    if (loss(left) <= loss(right)) high = right
    else low = left
  }
  return Math.exp((low + high) / 2)
}
