import { gramOf, TasteSystem } from '#shared/recommend/taste-system.ts'
import { fnv1a } from '#shared/text/hash.ts'
import { seededUniform } from '../random/seeded.ts'
import type { SparseRows, ViewMatrix } from './view-matrix.ts'

export interface IalsOptions {
  /** Factors of each page. */
  order: number
  epochs: number
  unobservedWeight: number
  regularisation: number
  seed: number
}

/** Expected length of a row before the first epoch, as Rendle et al. begin. */
const INITIAL_LENGTH = 0.1

/**
 * Implicit alternating least squares: readers are solved with pages held, then pages with readers held, each row
 * exactly (Hu, Koren and Volinsky 2008; loss of Rendle et al. 2021). Readers' factors are not published: whoever is
 * to be served is folded in by the same solve.
 *
 * Sums run in the order of the matrix and beginnings are drawn from each path's own text, so the same views give
 * the same bytes.
 *
 * @returns factors of pages, [paths × order], and of readers, [readers × order]
 */
export function fitIals(
  matrix: ViewMatrix,
  options: IalsOptions,
): { pages: Float64Array; readers: Float64Array } {
  const { order, epochs, seed } = options
  const pages = initialFactors(matrix.paths, order, seed)
  const readers = new Float64Array(matrix.readers.length * order)
  for (let epoch = 0; epoch < epochs; epoch++) {
    solveSide(readers, pages, matrix.byReader, options)
    solveSide(pages, readers, matrix.byPath, options)
  }
  return { pages, readers }
}

function solveSide(
  solved: Float64Array,
  held: Float64Array,
  { starts, columns, weights }: SparseRows,
  { order, unobservedWeight, regularisation }: IalsOptions,
): void {
  const system = new TasteSystem({
    gram: gramOf(held, held.length / order, order),
    order,
    unobservedWeight,
    regularisation,
  })
  for (let row = 0; row + 1 < starts.length; row++) {
    const taste = system.solve(held, columns, weights, starts[row], starts[row + 1])
    solved.set(taste, row * order)
  }
}

function initialFactors(paths: readonly string[], order: number, seed: number): Float64Array {
  const factors = new Float64Array(paths.length * order)
  const deviation = INITIAL_LENGTH / Math.sqrt(order)
  paths.forEach((path, row) => {
    const uniform = seededUniform(fnv1a(path) ^ seed)
    // Variance of a sum of three uniform numbers is a quarter; the shape of a beginning does not matter.
    for (let k = 0; k < order; k++) {
      factors[row * order + k] = deviation * 2 * (uniform() + uniform() + uniform() - 1.5)
    }
  })
  return factors
}
