/**
 * Factors a symmetric positive definite matrix in place into its lower triangle: A = L·Lᵀ.
 *
 * @param matrix [order × order], row by row; only the lower triangle is read and written
 * @throws RangeError where the matrix is not positive definite
 */
export function factorCholesky(matrix: Float64Array, order: number): void {
  for (let row = 0; row < order; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = at(matrix, row * order + column)
      for (let k = 0; k < column; k++) {
        rest -= at(matrix, row * order + k) * at(matrix, column * order + k)
      }
      if (row !== column) matrix[row * order + column] = rest / at(matrix, column * order + column)
      else if (rest > 0) matrix[row * order + row] = Math.sqrt(rest)
      else throw new RangeError(`The matrix is not positive definite at ${row}.`)
    }
  }
}

/** Solves A·x = b in place of b, with what `factorCholesky` left of A. */
export function solveCholesky(lower: Float64Array, order: number, b: Float64Array): void {
  for (let row = 0; row < order; row++) {
    let rest = at(b, row)
    for (let k = 0; k < row; k++) rest -= at(lower, row * order + k) * at(b, k)
    b[row] = rest / at(lower, row * order + row)
  }
  for (let row = order - 1; row >= 0; row--) {
    let rest = at(b, row)
    for (let k = row + 1; k < order; k++) rest -= at(lower, k * order + row) * at(b, k)
    b[row] = rest / at(lower, row * order + row)
  }
}

// Within bounds by the loops above.
const at = (values: Float64Array, index: number): number => values[index] as number
