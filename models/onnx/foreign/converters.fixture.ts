import type { Tree, TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { encodeOnnx } from '../encode.ts'
import type { Attribute, AttributeValue, Graph, GraphNode, Tensor, ValueInfo } from '../model.ts'

/** Graphs in the very layouts that skl2onnx and onnxmltools write, from trees and weights of ours. */

export const ML = 'ai.onnx.ml'
const FLOAT = 1
const INT64 = 7

const attribute = (name: string, value: AttributeValue): Attribute => ({ name, value })

export const set = {
  int: (name: string, value: number) => attribute(name, { kind: 'int', value: BigInt(value) }),
  float: (name: string, value: number) => attribute(name, { kind: 'float', value }),
  text: (name: string, value: string) => attribute(name, { kind: 'string', value }),
  ints: (name: string, values: readonly number[]) =>
    attribute(name, { kind: 'ints', values: BigInt64Array.from(values, BigInt) }),
  floats: (name: string, values: readonly number[]) =>
    attribute(name, { kind: 'floats', values: Float32Array.from(values) }),
  texts: (name: string, values: string[]) => attribute(name, { kind: 'strings', values }),
}

export function op(
  opType: string,
  inputs: string[],
  outputs: string[],
  attributes: Attribute[] = [],
  domain = '',
): GraphNode {
  return { name: `n_${outputs[0]}`, opType, domain, inputs, outputs, attributes }
}

export const floats = (name: string, dims: number[], values: number[]): Tensor => ({
  name,
  dims,
  data: { type: 'float32', values: Float32Array.from(values) },
})

export const integers = (name: string, dims: number[], values: number[]): Tensor => ({
  name,
  dims,
  data: { type: 'int64', values: BigInt64Array.from(values, BigInt) },
})

export const matrixInput = (columns: number, name = 'X'): ValueInfo => ({
  name,
  elementType: FLOAT,
  shape: ['', columns],
})

export const labelOutput = (name: string): ValueInfo => ({
  name,
  elementType: INT64,
  shape: ['N'],
})
export const floatOutput = (name: string, columns = 2): ValueInfo => ({
  name,
  elementType: FLOAT,
  shape: ['N', columns],
})

export function file(graph: Partial<Graph>, opset = 15, mlVersion = 3): Uint8Array<ArrayBuffer> {
  return encodeOnnx({
    irVersion: 8,
    producerName: 'OnnxMLTools',
    producerVersion: '1.16.0',
    operatorSets: [
      { domain: '', version: opset },
      { domain: ML, version: mlVersion },
    ],
    graph: { name: 'g', nodes: [], initializers: [], inputs: [], outputs: [], ...graph },
    metadata: {},
  })
}

/** The v1 to v4 lists of an ensemble: node by node from each root down, leaves among them. */
export function treeLists(
  trees: readonly Tree[],
  leaf: 'class' | 'target',
  mode: 'BRANCH_LEQ' | 'BRANCH_LT' = 'BRANCH_LEQ',
  weightsOf: (value: number) => number[] = (value) => [value],
): Attribute[] {
  const nodes: Record<string, number[]> = {}
  const modes: string[] = []
  const leaves: Record<string, number[]> = {}
  const push = (lists: Record<string, number[]>, entries: Record<string, number>): void => {
    for (const [name, value] of Object.entries(entries)) {
      lists[name] ??= []
      lists[name].push(value)
    }
  }
  trees.forEach((tree, treeId) => {
    let nextId = 0
    const write = (child: number): number => {
      const id = nextId++
      const at = modes.length
      const isLeaf = child < 0
      push(nodes, {
        treeids: treeId,
        nodeids: id,
        featureids: isLeaf ? 0 : (tree.features[child] ?? 0),
        values: isLeaf ? 0 : (tree.thresholds[child] ?? 0),
        truenodeids: 0,
        falsenodeids: 0,
        missing_value_tracks_true: isLeaf ? 0 : (tree.missingLeft[child] ?? 0),
      })
      modes.push(isLeaf ? 'LEAF' : mode)
      if (isLeaf) {
        weightsOf(tree.leafValues[~child] ?? 0).forEach((weights, ids) => {
          push(leaves, { treeids: treeId, nodeids: id, ids, weights })
        })
        return id
      }
      const yes = write(tree.left[child] ?? -1)
      const no = write(tree.right[child] ?? -1)
      if (nodes.truenodeids !== undefined) nodes.truenodeids[at] = yes
      if (nodes.falsenodeids !== undefined) nodes.falsenodeids[at] = no
      return id
    }
    write(tree.features.length > 0 ? 0 : ~0)
  })
  const lists = (prefix: string, given: Record<string, number[]>) =>
    Object.entries(given).map(([name, values]) => {
      const isFloat = name === 'values' || name === 'weights'
      return (isFloat ? set.floats : set.ints)(`${prefix}_${name}`, values)
    })
  return [...lists('nodes', nodes), set.texts('nodes_modes', modes), ...lists(leaf, leaves)]
}

/** XGBClassifier, objective binary:logistic: label and probabilities straight from the operator. */
export function xgboost({ columns, trees }: TreeEnsemble, baseScore: number): Partial<Graph> {
  const attributes = [
    ...treeLists(trees, 'class', 'BRANCH_LT'),
    set.text('post_transform', 'LOGISTIC'),
    set.floats('base_values', [-Math.log(1 / baseScore - 1)]),
    set.ints('classlabels_int64s', [0, 1]),
  ]
  return {
    nodes: [op('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], attributes, ML)],
    inputs: [matrixInput(columns)],
    outputs: [labelOutput('label'), floatOutput('probabilities')],
  }
}

/** LGBMClassifier with ZipMap: the probabilities leave as a list of maps. */
export function lightgbm({ columns, trees }: TreeEnsemble): Partial<Graph> {
  const attributes = [
    ...treeLists(trees, 'class'),
    set.text('post_transform', 'LOGISTIC'),
    set.ints('classlabels_int64s', [0, 1]),
  ]
  return {
    nodes: [
      op('TreeEnsembleClassifier', ['X'], ['label_tensor', 'probability_tensor'], attributes, ML),
      op('Cast', ['label_tensor'], ['label'], [set.int('to', INT64)]),
      op(
        'ZipMap',
        ['probability_tensor'],
        ['probabilities'],
        [set.ints('classlabels_int64s', [0, 1])],
        ML,
      ),
    ],
    inputs: [matrixInput(columns)],
    outputs: [labelOutput('label'), { name: 'probabilities', elementType: 0, shape: [] }],
  }
}

/** LGBMClassifier with boosting_type rf: the average of trees, and labels by the greater share. */
export function lightgbmForest({ columns, trees }: TreeEnsemble): Partial<Graph> {
  const attributes = [
    ...treeLists(trees, 'class'),
    set.text('post_transform', 'NONE'),
    set.ints('classlabels_int64s', [0, 1]),
  ]
  return {
    nodes: [
      op('TreeEnsembleClassifier', ['X'], ['label_tensor', 'probability_tensor'], attributes, ML),
      op('ArrayFeatureExtractor', ['probability_tensor', 'col_index'], ['first_col'], [], ML),
      op('Div', ['first_col', 'denominator'], ['modified_first_col']),
      op('Sub', ['unit_float_tensor', 'modified_first_col'], ['zeroth_col']),
      op('Concat', ['zeroth_col', 'modified_first_col'], ['merged_prob'], [set.int('axis', 1)]),
      op('ArgMax', ['merged_prob'], ['predicted_label'], [set.int('axis', 1)]),
      op('ArrayFeatureExtractor', ['classes', 'predicted_label'], ['final_label'], [], ML),
      op('Reshape', ['final_label', 'shape'], ['label']),
      op('Identity', ['merged_prob'], ['probabilities']),
    ],
    initializers: [
      integers('col_index', [], [1]),
      floats('unit_float_tensor', [], [1]),
      floats('denominator', [], [100]),
      integers('classes', [2], [0, 1]),
      integers('shape', [1], [-1]),
    ],
    inputs: [matrixInput(columns)],
    outputs: [labelOutput('label'), floatOutput('probabilities')],
  }
}

export interface LinearParts {
  names: string[]
  impute: number[]
  offset: number[]
  scale: number[]
  weights: number[]
  bias: number
}

/** SimpleImputer, StandardScaler and LogisticRegression over one input a column, with ZipMap. */
export function sklearnPipeline({
  names,
  impute,
  offset,
  scale,
  weights,
  bias,
}: LinearParts): Partial<Graph> {
  const classifier = [
    set.ints('classlabels_ints', [0, 1]),
    set.floats('coefficients', [...weights.map((weight) => -weight), ...weights]),
    set.floats('intercepts', [-bias, bias]),
    set.int('multi_class', 1),
    set.text('post_transform', 'LOGISTIC'),
  ]
  return {
    nodes: [
      op('Concat', names, ['merged_columns'], [set.int('axis', 1)]),
      op(
        'Imputer',
        ['merged_columns'],
        ['imputed'],
        [set.floats('imputed_value_floats', impute), set.float('replaced_value_float', Number.NaN)],
        ML,
      ),
      op(
        'Scaler',
        ['imputed'],
        ['scaled'],
        [set.floats('offset', offset), set.floats('scale', scale)],
        ML,
      ),
      op('LinearClassifier', ['scaled'], ['label', 'probability_tensor'], classifier, ML),
      op('Normalizer', ['probability_tensor'], ['normalized'], [set.text('norm', 'L1')], ML),
      op('Cast', ['label'], ['output_label'], [set.int('to', INT64)]),
      op(
        'ZipMap',
        ['normalized'],
        ['output_probability'],
        [set.ints('classlabels_int64s', [0, 1])],
        ML,
      ),
    ],
    inputs: names.map((name) => matrixInput(1, name)),
    outputs: [
      labelOutput('output_label'),
      { name: 'output_probability', elementType: 0, shape: [] },
    ],
  }
}

/** RandomForestClassifier: every leaf holds the shares of both classes. */
export function randomForest({ columns, trees }: TreeEnsemble): Partial<Graph> {
  const attributes = [
    ...treeLists(trees, 'class', 'BRANCH_LEQ', (value) => [
      (1 - value) / trees.length,
      value / trees.length,
    ]),
    set.text('post_transform', 'NONE'),
    set.texts('classlabels_strings', ['lost', 'won']),
  ]
  return {
    nodes: [op('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], attributes, ML)],
    inputs: [matrixInput(columns)],
    outputs: [{ name: 'label', elementType: 8, shape: ['N'] }, floatOutput('probabilities')],
  }
}

/** HistGradientBoostingClassifier: margins from a regressor, then both probabilities. */
export function histGradientBoosting({ columns, base, trees }: TreeEnsemble): Partial<Graph> {
  const attributes = [
    ...treeLists(trees, 'target'),
    set.int('n_targets', 1),
    set.floats('base_values', [base]),
    set.text('post_transform', 'NONE'),
  ]
  return {
    nodes: [
      op('TreeEnsembleRegressor', ['X'], ['raw'], attributes, ML),
      op('Sigmoid', ['raw'], ['positive_class_probability']),
      op('Sub', ['one', 'positive_class_probability'], ['negative_class_probability']),
      op(
        'Concat',
        ['negative_class_probability', 'positive_class_probability'],
        ['probabilities'],
        [set.int('axis', 1)],
      ),
      op('ArgMax', ['probabilities'], ['label'], [set.int('axis', 1), set.int('keepdims', 0)]),
    ],
    initializers: [floats('one', [1], [1])],
    inputs: [matrixInput(columns)],
    outputs: [labelOutput('label'), floatOutput('probabilities')],
  }
}
