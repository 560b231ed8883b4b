import type { Tensor } from '../model.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

export interface Range {
  low: number
  high: number
}

/** A class that a classifier tells apart, and its column's range; of two, the second is positive. */
export interface Outcome extends Range {
  label: string
  positive: boolean
}

/** One value a row, or several: what is known of it without running the graph. */
export interface Rows extends Range {
  kind: 'rows'
  columns: number
  /** True for the shape [N], false for [N, columns]. */
  flat: boolean
  element: 'float32' | 'float64' | 'int64' | 'bool'
  /** Whether NaN of the input can come this far. */
  missing: boolean
  /** For the answer of IsNaN, which value it asks about. */
  isNaNOf: string | null
  /** The outcome that each column stands for, where a classifier named them. */
  outcomes: readonly Outcome[] | null
}

export type Fact =
  | Rows
  | { kind: 'constant'; tensor: Tensor }
  /** Predicted classes: an answer that nobody needs beside the probability. */
  | { kind: 'labels' }

export const UNBOUNDED: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
export const PROBABILITIES: Range = { low: 0, high: 1 }

export function rows(columns: number, known: Partial<Omit<Rows, 'kind' | 'columns'>> = {}): Rows {
  return {
    kind: 'rows',
    columns,
    flat: false,
    element: 'float32',
    missing: false,
    isNaNOf: null,
    outcomes: null,
    ...UNBOUNDED,
    ...known,
  }
}

/** The same columns, each value changed alike; what they stand for stays. */
export function ranged(value: Rows, change: (range: Range) => Range, more?: Partial<Rows>): Rows {
  const outcomes = value.outcomes?.map((outcome) => ({ ...outcome, ...change(outcome) })) ?? null
  return { ...value, ...change(value), outcomes, isNaNOf: null, ...more }
}

/** The least and greatest of some numbers; anything where one of them is no number. */
export function rangeOf(values: Iterable<number>): Range {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (Number.isNaN(value)) return UNBOUNDED
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? { low, high } : UNBOUNDED
}

/** The range of a function of two ranges that is greatest and least at their ends. */
export function atEnds(a: Range, b: Range, of: (a: number, b: number) => number): Range {
  return rangeOf([of(a.low, b.low), of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)])
}

export const union = (a: Range, b: Range): Range => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
})

/** The numbers in a constant; whole ones as numbers too. */
export function numbersIn(tensor: Tensor): number[] {
  if (tensor.data.type === 'other') {
    throw new Refusal(
      `The constant ${tensor.name} has the ONNX data type ${tensor.data.dataType}, which is not served.`,
      'Export with float inputs (FloatTensorType), so that all arithmetic is in float32.',
    )
  }
  return Array.from(tensor.data.values, Number)
}

export function asRows(fact: Fact | null | undefined, operator: string): Rows {
  if (fact?.kind === 'rows') return fact
  throw new Refusal(`${operator} does not take one row of values for each visitor.`, EXPORT_AGAIN)
}

export function asNumbers(fact: Fact | null | undefined, operator: string): number[] {
  if (fact?.kind === 'constant') return numbersIn(fact.tensor)
  throw new Refusal(
    `${operator} takes a parameter that is computed, not constant.`,
    'Export the trained model, with its parameters in the file.',
  )
}
