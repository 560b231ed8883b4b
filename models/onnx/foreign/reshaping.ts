import {
  asNumbers,
  asRows,
  type Fact,
  type Range,
  type Rows,
  rows,
  UNBOUNDED,
  union,
} from './facts.ts'
import type { Follower, Step } from './follow.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'

const unfollowed = (operator: string): Refusal =>
  new Refusal(`${operator} shapes values in a way that cannot be followed.`, EXPORT_AGAIN)

/** Numbers that older operators carry as an attribute, newer ones as a constant input; null without. */
function parameter({ inputs, attributes, operator }: Step, index: number, name: string) {
  const given = inputs[index]
  if (given != null) return asNumbers(given, operator)
  return attributes.has(name) ? attributes.ints(name) : null
}

/** Some columns of a value, in the order asked for. */
function picked(value: Rows, places: readonly number[], operator: string): Rows {
  const { columns, outcomes } = value
  const at = places.map((place) => (place < 0 ? place + columns : place))
  if (value.flat || at.some((place) => !(place >= 0 && place < columns))) throw unfollowed(operator)
  const kept = outcomes === null ? null : at.flatMap((place) => outcomes[place] ?? [])
  const [first, ...others] = kept ?? []
  const range = first === undefined ? value : others.reduce<Range>(union, first)
  const { low, high } = range
  return { ...value, low, high, columns: at.length, isNaNOf: null, outcomes: kept }
}

const alongColumns = (axis: number): boolean => axis === 1 || axis === -1

const gather: Follower = ({ inputs, operator, attributes }) => {
  const indices = inputs[1]
  const places = asNumbers(indices, operator)
  const dims = indices?.kind === 'constant' ? indices.tensor.dims : []
  if (!alongColumns(attributes.int('axis', 0)) || dims.length > 1) throw unfollowed(operator)
  const value = picked(asRows(inputs[0], operator), places, operator)
  return [{ ...value, flat: dims.length === 0 }]
}

const extract: Follower = ({ inputs, operator }) => {
  // The classes by the place of the greatest probability: a label.
  if (inputs[1]?.kind === 'labels') return [{ kind: 'labels' }]
  return [picked(asRows(inputs[0], operator), asNumbers(inputs[1], operator), operator)]
}

const slice: Follower = (step) => {
  const value = asRows(step.inputs[0], step.operator)
  const starts = parameter(step, 1, 'starts') ?? []
  const ends = parameter(step, 2, 'ends') ?? []
  const axes = parameter(step, 3, 'axes') ?? []
  const steps = parameter(step, 4, 'steps') ?? [1]
  const simple = starts.length === 1 && axes.length === 1 && steps.length === 1 && steps[0] === 1
  if (!simple || !alongColumns(axes[0] ?? 0)) throw unfollowed(step.operator)
  const place = (at: number): number =>
    Math.min(Math.max(at < 0 ? at + value.columns : at, 0), value.columns)
  const from = place(starts[0] ?? 0)
  const length = place(ends[0] ?? 0) - from
  if (length < 1) throw unfollowed(step.operator)
  const places = Array.from({ length }, (_, index) => from + index)
  return [picked(value, places, step.operator)]
}

const concat: Follower = ({ inputs, operator, attributes }) => {
  const parts = inputs.map((input) => asRows(input, operator))
  if (!alongColumns(attributes.int('axis', 0)) || parts.some((part) => part.flat)) {
    throw unfollowed(operator)
  }
  return [joined(parts)]
}

function joined(parts: readonly Rows[]): Rows {
  const columns = parts.reduce((sum, part) => sum + part.columns, 0)
  const range = parts.reduce<Range>((all, part) => union(all, part), parts[0] ?? UNBOUNDED)
  return rows(columns, {
    ...range,
    element: parts[0]?.element ?? 'float32',
    missing: parts.some((part) => part.missing),
  })
}

const vectorize: Follower = ({ inputs, operator, attributes }) => {
  const parts = inputs.map((input) => asRows(input, operator))
  const widths = attributes.ints('inputdimensions')
  const fits = parts.length === widths.length && parts.length > 0
  if (!fits || parts.some((part, index) => part.flat || part.columns !== widths[index])) {
    throw unfollowed(operator)
  }
  return [joined(parts)]
}

const reshape: Follower = (step) => {
  if (step.inputs[0]?.kind === 'labels') return [{ kind: 'labels' }]
  const value = asRows(step.inputs[0], step.operator)
  const [first, second, ...more] = parameter(step, 1, 'shape') ?? []
  const keepsRows = first === -1 || (first === 0 && !value.flat)
  if (!keepsRows || more.length > 0) throw unfollowed(step.operator)
  if (second === undefined ? value.columns !== 1 : second !== value.columns) {
    throw unfollowed(step.operator)
  }
  return [{ ...value, flat: second === undefined }]
}

const flatten: Follower = ({ inputs, operator, attributes }) => {
  const value = asRows(inputs[0], operator)
  if (value.flat || attributes.int('axis', 1) !== 1) throw unfollowed(operator)
  return [value]
}

function axisChange(toFlat: boolean): Follower {
  return (step) => {
    if (step.inputs[0]?.kind === 'labels') return [{ kind: 'labels' }]
    const value = asRows(step.inputs[0], step.operator)
    // Without axes Squeeze drops the rows as well, where there is just one.
    const axes = parameter(step, 1, 'axes') ?? []
    const fits = axes.length === 1 && alongColumns(axes[0] ?? 0) && value.columns === 1
    if (!fits || value.flat === toFlat) throw unfollowed(step.operator)
    return [{ ...value, flat: toFlat }]
  }
}

const constant: Follower = ({ node, operator, attributes }) => {
  const value = attributes.has('value') ? attributes.tensor('value') : null
  if (value === null) throw unfollowed(operator)
  return [{ kind: 'constant', tensor: { ...value, name: node.outputs[0] ?? '' } }]
}

const identity: Follower = ({ inputs, operator }) => {
  const value: Fact | null | undefined = inputs[0]
  if (value == null) throw unfollowed(operator)
  return [value]
}

export const RESHAPING: Record<string, Follower> = {
  Constant: constant,
  Identity: identity,
  Concat: concat,
  Flatten: flatten,
  Gather: gather,
  Reshape: reshape,
  Slice: slice,
  Squeeze: axisChange(true),
  Unsqueeze: axisChange(false),
  'ai.onnx.ml.ArrayFeatureExtractor': extract,
  'ai.onnx.ml.FeatureVectorizer': vectorize,
}
