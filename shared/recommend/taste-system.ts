import { factorCholesky, solveCholesky } from './cholesky.ts'

/** Factors of items or visitors, row by row. */
export type Factors = Float32Array | Float64Array

/** What all solves of one side share. */
export interface Sharing {
  /** Σ y·yᵀ over all items, lower triangle, [order × order]. */
  gram: Float64Array
  order: number
  /** Weight of every page that was not viewed, beside 1 for one that was: α₀ of Rendle et al. */
  unobservedWeight: number
  /** λ */
  regularisation: number
}

/** Σ y·yᵀ over all rows; only the lower triangle is filled. */
export function gramOf(factors: Factors, rows: number, order: number): Float64Array {
  const gram = new Float64Array(order * order)
  for (let row = 0; row < rows; row++) addOuter(gram, factors, row, order, 1)
  return gram
}

/**
 * The taste of one visitor: x that solves (α₀·G + Σ w·y·yᵀ + λ·I)·x = Σ w·y over what was viewed. Hu, Koren and Volinsky, "Collaborative Filtering for Implicit Feedback
 * Datasets" (2008), in the form of Rendle et al., "Revisiting the Performance of iALS on Item Recommendation
 * Benchmarks" (2021). The same solve learns items from visitors. O(viewed · order² + order³).
 */
export class TasteSystem {
  readonly #sharing: Sharing
  readonly #lower: Float64Array
  readonly #taste: Float64Array

  constructor(sharing: Sharing) {
    this.#sharing = sharing
    this.#lower = new Float64Array(sharing.order ** 2)
    this.#taste = new Float64Array(sharing.order)
  }

  /**
   * @param rows of the viewed in `factors`
   * @param weights one of each of the rows, from `begin` up to `end`
   * @returns the taste, which the next call overwrites
   */
  solve(
    factors: Factors,
    rows: Int32Array,
    weights: Float64Array,
    begin = 0,
    end = rows.length,
  ): Float64Array {
    const { gram, order, unobservedWeight, regularisation } = this.#sharing
    const lower = this.#lower
    const taste = this.#taste.fill(0)
    for (let cell = 0; cell < lower.length; cell++) {
      lower[cell] = unobservedWeight * (gram[cell] as number)
    }
    for (let n = begin; n < end; n++) {
      const row = rows[n] as number
      const weight = weights[n] as number
      addOuter(lower, factors, row, order, weight)
      for (let k = 0; k < order; k++) {
        taste[k] = (taste[k] as number) + weight * (factors[row * order + k] as number)
      }
    }
    for (let k = 0; k < order; k++) {
      lower[k * order + k] = (lower[k * order + k] as number) + regularisation
    }
    factorCholesky(lower, order)
    solveCholesky(lower, order, taste)
    return taste
  }

  /**
   * A⁻¹·y of the last solve: w·(yᵥᵀ·A⁻¹·y) is what the viewed v gave to the score of y, and all of them add up
   * to it (section 5 of Hu et al.).
   */
  pull(factors: Factors, row: number): Float64Array {
    const { order } = this.#sharing
    const pulled = Float64Array.from(factors.subarray(row * order, (row + 1) * order))
    solveCholesky(this.#lower, order, pulled)
    return pulled
  }
}

/** The inner product of a row and a vector. */
export function product(
  factors: Factors,
  row: number,
  vector: Float64Array,
  order: number,
): number {
  let sum = 0
  for (let k = 0; k < order; k++)
    sum += (factors[row * order + k] as number) * (vector[k] as number)
  return sum
}

function addOuter(
  lower: Float64Array,
  factors: Factors,
  row: number,
  order: number,
  weight: number,
): void {
  const from = row * order
  for (let i = 0; i < order; i++) {
    const scaled = weight * (factors[from + i] as number)
    for (let j = 0; j <= i; j++) {
      lower[i * order + j] =
        (lower[i * order + j] as number) + scaled * (factors[from + j] as number)
    }
  }
}
