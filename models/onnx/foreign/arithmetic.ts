import { sigmoid } from '../linear-walker.ts'
import {
  asNumbers,
  asRows,
  atEnds,
  type Fact,
  numbersIn,
  PROBABILITIES,
  type Range,
  type Rows,
  ranged,
  rangeOf,
  rows,
  UNBOUNDED,
  union,
} from './facts.ts'
import type { Follower, Step } from './follow.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

/** A constant as rows that are all the same, where its shape repeats along the rows. */
function constantRows(fact: Extract<Fact, { kind: 'constant' }>, operator: string): Rows {
  const { tensor } = fact
  const { dims } = tensor
  const values = numbersIn(tensor)
  const repeats = dims.length <= 1 || (dims.length === 2 && dims[0] === 1)
  if (!repeats) {
    throw new Refusal(
      `${operator} takes a constant of the shape [${dims.join(', ')}], which does not fit rows.`,
      EXPORT_AGAIN,
    )
  }
  return rows(values.length, {
    ...rangeOf(values),
    missing: values.some(Number.isNaN),
    // One number fits rows of either shape.
    flat: dims.length === 0,
  })
}

/** The shape that operands broadcast to. */
function broadcast(operands: readonly Rows[], given: readonly Fact[], operator: string) {
  const columns = Math.max(...operands.map((operand) => operand.columns))
  const fits = operands.every((operand) => operand.columns === columns || operand.columns === 1)
  const computed = operands.filter((_, index) => given[index]?.kind === 'rows')
  const flat = computed.some((operand) => operand.flat)
  // [N] beside [N, 1] broadcasts to [N, N]; beside [K] it only fits N = K.
  const mixed = flat && (columns > 1 || computed.some((operand) => !operand.flat))
  const widened = operands.some(
    (operand, index) =>
      flat && given[index]?.kind === 'constant' && !operand.flat && operand.columns > 1,
  )
  if (!fits || mixed || widened || computed.length === 0) {
    throw new Refusal(`${operator} joins values of different shapes.`, EXPORT_AGAIN)
  }
  return { columns, flat }
}

function operandsOf({ inputs, operator }: Step): { given: Fact[]; operands: Rows[] } {
  const given = inputs.filter((input) => input !== null)
  const operands = given.map((fact) =>
    fact.kind === 'constant' ? constantRows(fact, operator) : asRows(fact, operator),
  )
  return { given, operands }
}

function elementwise(of: (a: number, b: number) => number): Follower {
  return (step) => {
    const { given, operands } = operandsOf(step)
    const shape = broadcast(operands, given, step.operator)
    const [first, ...others] = operands
    const computed = operands.find((_, index) => given[index]?.kind === 'rows')
    const range = others.reduce<Range>(
      (sum, operand) => atEnds(sum, operand, of),
      first ?? UNBOUNDED,
    )
    return [
      rows(shape.columns, {
        ...range,
        flat: shape.flat,
        element: computed?.element ?? 'float32',
        missing: operands.some((operand) => operand.missing),
      }),
    ]
  }
}

/** Where a divisor may be zero, the quotient may be anything. */
const divide: Follower = (step) => {
  const [quotient] = elementwise((a, b) => a / b)(step)
  const { operands } = operandsOf(step)
  const divisor = operands[1] ?? UNBOUNDED
  const safe = divisor.low > 0 || divisor.high < 0
  return [
    safe ? asRows(quotient, step.operator) : { ...asRows(quotient, step.operator), ...UNBOUNDED },
  ]
}

/** A function of one value that never falls. */
function rising(of: (value: number) => number): Follower {
  return ({ inputs, operator }) => {
    const value = asRows(inputs[0], operator)
    return [ranged(value, ({ low, high }) => rangeOf([of(low), of(high)]))]
  }
}

const softmax: Follower = ({ inputs, operator, attributes, opset }) => {
  const value = asRows(inputs[0], operator)
  const axis = attributes.int('axis', opset < 13 ? 1 : -1)
  if (value.flat || (axis !== 1 && axis !== -1)) {
    throw new Refusal('Softmax runs across visitors, not across classes.', EXPORT_AGAIN)
  }
  return [ranged(value, () => PROBABILITIES)]
}

const clip: Follower = ({ inputs, operator, attributes }) => {
  const value = asRows(inputs[0], operator)
  const bound = (index: number, name: string, missing: number): number => {
    const given = inputs[index]
    if (given == null) return attributes.float(name, missing)
    return asNumbers(given, operator)[0] ?? missing
  }
  const low = bound(1, 'min', Number.NEGATIVE_INFINITY)
  const high = bound(2, 'max', Number.POSITIVE_INFINITY)
  const hold = (at: number) => Math.min(Math.max(at, low), high)
  return [ranged(value, (range) => rangeOf([hold(range.low), hold(range.high)]))]
}

const ELEMENTS: Record<number, Rows['element']> = {
  1: 'float32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
}

const cast: Follower = ({ inputs, operator, attributes }) => {
  if (inputs[0]?.kind === 'labels') return [{ kind: 'labels' }]
  const value = asRows(inputs[0], operator)
  const to = attributes.int('to', 0)
  const element = ELEMENTS[to]
  if (element === undefined) {
    throw new Refusal(
      `Cast makes values of the ONNX data type ${to}, which is not served.`,
      EXPORT_AGAIN,
    )
  }
  if (element === 'bool') return [ranged(value, () => PROBABILITIES, { element, missing: false })]
  if (element === 'int64') {
    const whole = ({ low, high }: Range): Range => rangeOf([Math.trunc(low), Math.trunc(high)])
    return [ranged(value, whole, { element, missing: false })]
  }
  return [{ ...value, element }]
}

const askMissing: Follower = ({ node, inputs, operator }) => {
  const isNaNOf = node.inputs[0] ?? null
  const more = { element: 'bool' as const, missing: false, outcomes: null, isNaNOf }
  return [ranged(asRows(inputs[0], operator), () => PROBABILITIES, more)]
}

const where: Follower = (step) => {
  const { given, operands } = operandsOf(step)
  const [condition, yes, no] = operands
  const shape = broadcast(operands, given, step.operator)
  if (condition === undefined || yes === undefined || no === undefined) {
    throw new Refusal('Where lacks an input.', EXPORT_AGAIN)
  }
  const filled = condition.isNaNOf !== null && condition.isNaNOf === step.node.inputs[2]
  return [
    rows(shape.columns, {
      ...union(yes, no),
      flat: shape.flat,
      missing: yes.missing || (no.missing && !filled),
    }),
  ]
}

/** Values × constant weights: the widths must meet, or ONNX Runtime would refuse at the first row. */
function product(
  value: Rows,
  fact: Fact | null | undefined,
  turned: boolean,
  operator: string,
): Rows {
  const weights = fact?.kind === 'constant' ? fact.tensor.dims : []
  const broken = asNumbers(fact, operator).some(Number.isNaN)
  const [inner, outer] = turned ? [weights[1], weights[0]] : weights
  if (weights.length !== 2 || inner !== value.columns || value.flat) {
    throw new Refusal(
      `${operator} weighs ${value.columns} columns with [${weights.join(', ')}] weights.`,
      EXPORT_AGAIN,
    )
  }
  return rows(outer ?? 0, { missing: value.missing || broken, element: value.element })
}

const matMul: Follower = ({ inputs, operator }) => [
  product(asRows(inputs[0], operator), inputs[1], false, operator),
]

const gemm: Follower = ({ inputs, operator, attributes }) => {
  if (attributes.int('transA', 0) !== 0) {
    throw new Refusal('Gemm turns the rows into columns.', EXPORT_AGAIN)
  }
  const value = asRows(inputs[0], operator)
  const result = product(value, inputs[1], attributes.int('transB', 0) === 1, operator)
  const added = inputs[2]
  if (added?.kind === 'rows' || added?.kind === 'labels') {
    throw new Refusal('Gemm adds values that are computed, not constant.', EXPORT_AGAIN)
  }
  return [result]
}

const argMax: Follower = () => [{ kind: 'labels' }]

export const ARITHMETIC: Record<string, Follower> = {
  Add: elementwise((a, b) => a + b),
  Sum: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: divide,
  Min: elementwise(Math.min),
  Max: elementwise(Math.max),
  Neg: ({ inputs, operator }) => {
    const value = asRows(inputs[0], operator)
    const turned = ({ low, high }: Range): Range => ({ low: -high, high: -low })
    return [ranged(value, turned, { outcomes: null })]
  },
  Exp: rising(Math.exp),
  Log: rising(Math.log),
  Sigmoid: rising(sigmoid),
  Softmax: softmax,
  Clip: clip,
  Cast: cast,
  IsNaN: askMissing,
  Where: where,
  MatMul: matMul,
  Gemm: gemm,
  ArgMax: argMax,
}
