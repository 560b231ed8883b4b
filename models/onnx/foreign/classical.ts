import type { Attributes } from './attributes.ts'
import {
  asRows,
  type Fact,
  type Outcome,
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
import { ML_DOMAIN } from './operators.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'
import { summarizeTreeLists, type TreeSummary } from './tree-lists.ts'
import { summarizeTreesV5 } from './tree-v5.ts'

const TWO_OUTCOMES = 'Train a model of two outcomes: converted or not.'

/** A value with columns of its own, as these operators take it. */
function matrix({ inputs, operator }: Step): Rows {
  const value = asRows(inputs[0], operator)
  if (!value.flat) return value
  throw new Refusal(`${operator} takes a list where it needs rows of columns.`, EXPORT_AGAIN)
}

function perColumn(values: readonly number[], value: Rows, operator: string): void {
  if (values.length === 1 || values.length === value.columns) return
  throw new Refusal(
    `${operator} has ${values.length} parameters for ${value.columns} columns.`,
    EXPORT_AGAIN,
  )
}

const scaler: Follower = (step) => {
  const value = matrix(step)
  perColumn(step.attributes.floats('offset'), value, step.operator)
  perColumn(step.attributes.floats('scale'), value, step.operator)
  return [ranged(value, () => UNBOUNDED)]
}

const normalizer: Follower = (step) => {
  const value = matrix(step)
  return [ranged(value, () => (value.low >= 0 ? PROBABILITIES : { low: -1, high: 1 }))]
}

const imputer: Follower = (step) => {
  const value = matrix(step)
  const filling = step.attributes.floats('imputed_value_floats')
  perColumn(filling, value, step.operator)
  const fills = Number.isNaN(step.attributes.float('replaced_value_float', 0))
  const filled = (range: Range): Range => union(range, rangeOf(filling))
  return [ranged(value, filled, { missing: value.missing && !fills })]
}

/** The two outcomes, ascending as converters list them, so that the second is the positive one. */
function classesOf(attributes: Attributes, ints: string): readonly [string, string] {
  const numbers = attributes.ints(ints)
  const texts = attributes.texts('classlabels_strings')
  const classes = numbers.length > 0 ? numbers.map(String) : texts
  const [negative, positive] = classes
  if (negative === undefined || positive === undefined || classes.length > 2) {
    throw new Refusal(`The model tells ${classes.length} classes apart.`, TWO_OUTCOMES)
  }
  if (numbers.length > 0 && !((numbers[0] ?? 0) < (numbers[1] ?? 0))) {
    throw new Refusal(
      `The classes are listed as ${classes.join(', ')}, so the positive one is in doubt.`,
      'Train with the labels 0 and 1.',
    )
  }
  return [negative, positive]
}

/** Both classes' scores after the operator's own last step, the positive one second. */
type Scores = readonly [Range, Range]

function transformed(transform: string, scores: Scores, operator: string): Scores {
  if (transform === 'NONE') return scores
  if (transform === 'LOGISTIC' || transform === 'SOFTMAX') return [PROBABILITIES, PROBABILITIES]
  throw new Refusal(
    `${operator} ends with ${transform}, which is not served.`,
    'Export with LOGISTIC, SOFTMAX or no post_transform.',
  )
}

function classified(
  [negative, positive]: readonly [string, string],
  scores: Scores,
  missing: boolean,
): Fact[] {
  const outcomes: Outcome[] = [
    { label: negative, positive: false, ...scores[0] },
    { label: positive, positive: true, ...scores[1] },
  ]
  return [{ kind: 'labels' }, rows(2, { ...union(...scores), outcomes, missing })]
}

const linearClassifier: Follower = (step) => {
  const { attributes, operator } = step
  const value = matrix(step)
  const classes = classesOf(attributes, 'classlabels_ints')
  const weights = attributes.floats('coefficients').length
  const intercepts = attributes.floats('intercepts').length
  // ONNX Runtime multiplies as many weights as the rows have columns, without counting them.
  if (weights !== 2 * value.columns || (intercepts !== 2 && intercepts !== 0)) {
    throw new Refusal(
      `${operator} has ${weights} weights and ${intercepts} intercepts for two classes over ${value.columns} columns.`,
      EXPORT_AGAIN,
    )
  }
  const transform = attributes.text('post_transform', 'NONE')
  const scores = transformed(transform, [UNBOUNDED, UNBOUNDED], operator)
  return classified(classes, scores, value.missing)
}

/** One target's own last step: ONNX Runtime leaves it out without a word. */
function refuseTransform(attributes: Attributes, operator: string): void {
  const transform = attributes.text('post_transform', 'NONE')
  if (transform === 'NONE') return
  throw new Refusal(
    `${operator} ends with ${transform}, which ONNX Runtime ignores for a single target.`,
    'Put a Sigmoid behind it in the graph, or export a classifier.',
  )
}

const linearRegressor: Follower = (step) => {
  const { attributes, operator } = step
  const value = matrix(step)
  refuseTransform(attributes, operator)
  const weights = attributes.floats('coefficients').length
  const targets = attributes.int('targets', 1)
  if (targets !== 1 || weights !== value.columns || attributes.floats('intercepts').length > 1) {
    throw new Refusal(
      `${operator} has ${weights} weights for ${targets} targets over ${value.columns} columns.`,
      EXPORT_AGAIN,
    )
  }
  return [rows(1, { missing: value.missing })]
}

function takeTrees(step: Step, trees: TreeSummary): TreeSummary {
  const value = matrix(step)
  if (value.element !== 'float32') {
    throw new Refusal(`${step.operator} takes values that are not float32.`, EXPORT_AGAIN)
  }
  if (trees.highestColumn >= value.columns) {
    throw new Refusal(
      `The trees ask for column ${trees.highestColumn} of ${value.columns}.`,
      'List the features in the order and number that the model was trained with.',
    )
  }
  step.countTrees(trees)
  return trees
}

const shifted = (range: Range, by: number): Range => ({
  low: range.low + by,
  high: range.high + by,
})

/**
 * Scores of both classes where the leaves know only one, as LightGBM, XGBoost and gradient boosting
 * are written. ONNX Runtime takes leaves that are nowhere negative for shares of votes, so that the
 * other class has the rest of one. Of the last steps it only does the logistic function.
 */
function oneSided(trees: TreeSummary, base: number, transform: string, operator: string): Scores {
  if (transform === 'LOGISTIC') return [PROBABILITIES, PROBABILITIES]
  if (transform !== 'NONE') {
    throw new Refusal(
      `${operator} ends with ${transform} over leaves of one class, which ONNX Runtime ignores.`,
      'Export with LOGISTIC or no post_transform.',
    )
  }
  const { low, high } = trees.ranges.reduce(
    (all, range) => ({ low: all.low + range.low, high: all.high + range.high }),
    { low: base, high: base },
  )
  const whole = trees.leastLeaf >= 0 ? 1 : 0
  return [
    { low: whole - high, high: whole - low },
    { low, high },
  ]
}

const treeClassifier: Follower = (step) => {
  const { attributes, operator } = step
  const classes = classesOf(attributes, 'classlabels_int64s')
  const trees = takeTrees(step, summarizeTreeLists(attributes, 'class', 2))
  const base = attributes.floats('base_values')
  const transform = attributes.text('post_transform', 'NONE')
  if (trees.targets === 1) {
    if (base.length > 1) {
      throw new Refusal(`${operator} has ${base.length} base values for one class.`, EXPORT_AGAIN)
    }
    return classified(classes, oneSided(trees, base[0] ?? 0, transform, operator), false)
  }
  if (base.length !== 0 && base.length !== 2) {
    throw new Refusal(`${operator} has ${base.length} base values for two classes.`, EXPORT_AGAIN)
  }
  const scores: Scores = [
    shifted(trees.ranges[0] ?? UNBOUNDED, base[0] ?? 0),
    shifted(trees.ranges[1] ?? UNBOUNDED, base[1] ?? 0),
  ]
  return classified(classes, transformed(transform, scores, operator), false)
}

const oneTarget = (targets: number): void => {
  if (targets !== 1) throw new Refusal(`The trees have ${targets} targets.`, TWO_OUTCOMES)
}

const treeRegressor: Follower = (step) => {
  const { attributes, operator } = step
  oneTarget(attributes.int('n_targets', 1))
  refuseTransform(attributes, operator)
  const trees = takeTrees(step, summarizeTreeLists(attributes, 'target', 1))
  const sum = trees.ranges[0] ?? UNBOUNDED
  const base = attributes.floats('base_values')[0] ?? 0
  const aggregate = attributes.text('aggregate_function', 'SUM')
  if (aggregate === 'SUM') return [rows(1, shifted(sum, base))]
  if (aggregate === 'AVERAGE' && trees.trees > 0) {
    return [rows(1, shifted({ low: sum.low / trees.trees, high: sum.high / trees.trees }, base))]
  }
  throw new Refusal(`The trees are joined by ${aggregate}, which is not served.`, EXPORT_AGAIN)
}

/** `aggregate_function` and `post_transform` of version 5 are numbers. */
const V5 = { average: 0, sum: 1, none: 0 } as const

const treeEnsemble: Follower = (step) => {
  const { attributes, operator } = step
  oneTarget(attributes.int('n_targets', 1))
  if (attributes.int('post_transform', V5.none) !== V5.none) {
    throw new Refusal(
      `${operator} has a post_transform, which ONNX Runtime ignores for a single target.`,
      'Put a Sigmoid behind it in the graph.',
    )
  }
  const trees = takeTrees(step, summarizeTreesV5(attributes))
  const sum = trees.ranges[0] ?? UNBOUNDED
  const aggregate = attributes.int('aggregate_function', V5.sum)
  if (aggregate === V5.sum) return [rows(1, sum)]
  if (aggregate === V5.average && trees.trees > 0) {
    return [rows(1, { low: sum.low / trees.trees, high: sum.high / trees.trees })]
  }
  throw new Refusal(
    'The trees are joined by their least or greatest, which is not served.',
    EXPORT_AGAIN,
  )
}

export const CLASSICAL: Record<string, Follower> = {
  [`${ML_DOMAIN}.Scaler`]: scaler,
  [`${ML_DOMAIN}.Normalizer`]: normalizer,
  [`${ML_DOMAIN}.Imputer`]: imputer,
  [`${ML_DOMAIN}.LinearClassifier`]: linearClassifier,
  [`${ML_DOMAIN}.LinearRegressor`]: linearRegressor,
  [`${ML_DOMAIN}.TreeEnsembleClassifier`]: treeClassifier,
  [`${ML_DOMAIN}.TreeEnsembleRegressor`]: treeRegressor,
  [`${ML_DOMAIN}.TreeEnsemble`]: treeEnsemble,
}
