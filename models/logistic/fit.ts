import { sigmoid } from '../onnx/linear-walker.ts'

export interface DesignMatrix {
  rows: number
  columns: number
  /** Standardized values, row after row, without NaN. */
  values: Float64Array
}

export interface LogisticFit {
  weights: Float64Array
  bias: number
  iterations: number
  converged: boolean
}

const MAX_ITERATIONS = 50
const GRADIENT_TOLERANCE = 1e-8
const MAX_HALVINGS = 30

/** Solves `matrix · x = right` for a symmetric positive definite matrix, by Cholesky, in place. */
function solvePositiveDefinite(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const at = (row: number, column: number): number => matrix[row * size + column] ?? 0
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = at(row, column)
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k)
      matrix[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / at(column, column)
    }
  }
  const solution = right.slice()
  for (let row = 0; row < size; row++) {
    let sum = solution[row] ?? 0
    for (let k = 0; k < row; k++) sum -= at(row, k) * (solution[k] ?? 0)
    solution[row] = sum / at(row, row)
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = solution[row] ?? 0
    for (let k = row + 1; k < size; k++) sum -= at(k, row) * (solution[k] ?? 0)
    solution[row] = sum / at(row, row)
  }
  return solution
}

/** log(1 + e^margin) without overflow. */
function softplus(margin: number): number {
  return margin > 0 ? margin + Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin))
}

function objective(
  { rows, columns, values }: DesignMatrix,
  outcomes: ArrayLike<number>,
  parameters: Float64Array,
  l2: number,
): number {
  let loss = 0
  for (let row = 0; row < rows; row++) {
    let margin = parameters[columns] ?? 0
    const start = row * columns
    for (let c = 0; c < columns; c++) margin += (values[start + c] ?? 0) * (parameters[c] ?? 0)
    loss += softplus(margin) - (outcomes[row] ?? 0) * margin
  }
  for (let c = 0; c < columns; c++) loss += (l2 / 2) * (parameters[c] ?? 0) ** 2
  return loss
}

/**
 * Gradient and Hessian of the objective, the bias being the last parameter. Zeros are passed over, which
 * changes no bit of a sum and makes one-hot columns, of which a row has a few of hundreds, cheap.
 */
function derivatives(
  { rows, columns, values }: DesignMatrix,
  outcomes: ArrayLike<number>,
  parameters: Float64Array,
  l2: number,
): { gradient: Float64Array; hessian: Float64Array } {
  const size = columns + 1
  const gradient = new Float64Array(size)
  const hessian = new Float64Array(size * size)
  const active = new Int32Array(size)
  const held = new Float64Array(size)
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    let margin = parameters[columns] ?? 0
    let count = 0
    for (let c = 0; c < columns; c++) {
      const value = values[start + c] ?? 0
      if (value === 0) continue
      margin += value * (parameters[c] ?? 0)
      active[count] = c
      held[count++] = value
    }
    active[count] = columns
    held[count++] = 1
    const probability = sigmoid(margin)
    const residual = probability - (outcomes[row] ?? 0)
    const curvature = probability * (1 - probability)
    for (let i = 0; i < count; i++) {
      const a = active[i] ?? 0
      const left = held[i] ?? 0
      gradient[a] = (gradient[a] ?? 0) + residual * left
      const weighted = curvature * left
      const offset = a * size
      for (let j = 0; j <= i; j++) {
        const at = offset + (active[j] ?? 0)
        hessian[at] = (hessian[at] ?? 0) + weighted * (held[j] ?? 0)
      }
    }
  }
  for (let c = 0; c < columns; c++) {
    gradient[c] = (gradient[c] ?? 0) + l2 * (parameters[c] ?? 0)
    hessian[c * size + c] = (hessian[c * size + c] ?? 0) + l2
  }
  return { gradient, hessian }
}

/**
 * Fits logistic regression by Newton's method (iteratively reweighted least squares) with step
 * halving. No randomness: the same rows give the same weights.
 * @param l2 penalty on the squared weights (the bias is free), in units of the summed log loss.
 */
export function fitLogistic(
  matrix: DesignMatrix,
  outcomes: ArrayLike<number>,
  l2: number,
): LogisticFit {
  const { columns } = matrix
  let parameters = new Float64Array(columns + 1)
  let loss = objective(matrix, outcomes, parameters, l2)
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration++) {
    const { gradient, hessian } = derivatives(matrix, outcomes, parameters, l2)
    const steepest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const found = (converged: boolean): LogisticFit => ({
      weights: parameters.slice(0, columns),
      bias: parameters[columns] ?? 0,
      iterations: iteration,
      converged,
    })
    if (steepest <= GRADIENT_TOLERANCE * matrix.rows) return found(true)
    const step = solvePositiveDefinite(hessian, gradient)
    let halvings = 0
    let scale = 1
    let next = parameters
    let nextLoss = Number.POSITIVE_INFINITY
    while (!(nextLoss <= loss) && halvings++ < MAX_HALVINGS) {
      next = parameters.map((value, index) => value - scale * (step[index] ?? 0))
      nextLoss = objective(matrix, outcomes, next, l2)
      scale /= 2
    }
    if (!(nextLoss < loss)) return found(nextLoss === loss)
    parameters = next
    loss = nextLoss
  }
  return {
    weights: parameters.slice(0, columns),
    bias: parameters[columns] ?? 0,
    iterations: MAX_ITERATIONS,
    converged: false,
  }
}
