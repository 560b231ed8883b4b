import type { SparseVector } from '#shared/text/features.ts'
import { type LinearClasses, marginsInto } from '#shared/text/linear-classes.ts'
import { seededUniform, shuffle } from '../random/seeded.ts'

export interface SvmOptions {
  /** Price of a violated margin, liblinear's C. */
  cost: number
  epochs: number
  seed: number
}

/**
 * A linear support vector machine for each class against the rest, with the squared hinge loss, by
 * dual coordinate descent (Hsieh et al. 2008). All classes see a row together: the row is read
 * once, and their weights lie side by side. The bias is a column that is always one.
 *
 * @param labels class of each row, from 0
 * @returns the same bits for the same rows, options and seed
 */
export function fitSvm(
  rows: readonly SparseVector[],
  labels: ArrayLike<number>,
  classes: number,
  columns: number,
  { cost, epochs, seed }: SvmOptions,
): LinearClasses {
  const model = { classes, columns, weights: new Float32Array((columns + 1) * classes) }
  const { weights } = model
  const duals = new Float32Array(rows.length * classes)
  const diagonal = 1 / (2 * cost)
  const norms = Float64Array.from(rows, ({ values }) => 1 + diagonal + squared(values))
  const order = Uint32Array.from(rows.keys())
  const uniform = seededUniform(seed)
  const margins = new Float64Array(classes)
  const changed = new Int32Array(classes)
  const steps = new Float64Array(classes)
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const row of shuffle(order, uniform)) {
      const vector = rows[row]
      if (!vector) continue
      marginsInto(margins, model, vector)
      const norm = norms[row] ?? 1
      const label = labels[row]
      let count = 0
      for (let c = 0; c < classes; c++) {
        const sign = c === label ? 1 : -1
        const at = row * classes + c
        const before = duals[at] ?? 0
        const gradient = sign * (margins[c] ?? 0) - 1 + diagonal * before
        if (before === 0 && gradient >= 0) continue
        duals[at] = Math.max(before - gradient / norm, 0)
        changed[count] = c
        steps[count++] = sign * ((duals[at] ?? 0) - before)
      }
      if (count === 0) continue
      const { indices, values } = vector
      for (let k = 0; k <= indices.length; k++) {
        const base = (indices[k] ?? columns) * classes
        const value = values[k] ?? 1
        for (let i = 0; i < count; i++) {
          const at = base + (changed[i] ?? 0)
          weights[at] = (weights[at] ?? 0) + value * (steps[i] ?? 0)
        }
      }
    }
  }
  return model
}

function squared(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value * value
  return sum
}
