import { seededUniform } from '#models/random/seeded.ts'

/** A table of numbers with outcomes, columns as the trainer takes them. */
export interface NumberTable {
  columns: Float32Array[]
  outcomes: Uint8Array
}

const COLUMNS = 30
const MISSING_SHARE = 0.05

/**
 * Rows whose outcome depends on ten columns in a straight line, on two in a curve or a step, on one pair
 * together and on whether one is missing; the other columns are noise.
 */
export function generatedTable(rows: number, seed: number): NumberTable {
  const random = seededUniform(seed)
  const columns = Array.from({ length: COLUMNS }, () => new Float32Array(rows))
  const outcomes = new Uint8Array(rows)
  const values = new Float64Array(COLUMNS)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      // Box and Muller: one normal number from two uniform ones.
      values[column] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    }
    let margin = -0.8
    for (let column = 0; column < 10; column++) {
      margin += (column % 2 === 0 ? 0.4 : -0.4) * (values[column] as number)
    }
    margin += Math.sin(2 * (values[10] as number)) + ((values[11] as number) > 1 ? 1.5 : 0)
    margin += 0.8 * (values[0] as number) * (values[12] as number)
    for (let column = 0; column < COLUMNS; column++) {
      const isMissing = random() < MISSING_SHARE
      if (isMissing && column === 13) margin += 1.2
      const own = columns[column]
      if (own) own[row] = isMissing ? Number.NaN : (values[column] as number)
    }
    outcomes[row] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0
  }
  return { columns, outcomes }
}
