import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  randomEnsemble,
  randomRows,
  randomTree,
  uniform,
} from '#shared/trees/tree-ensemble.arbitrary.ts'
import {
  ensembleMargins,
  leafOf,
  type Tree,
  type TreeEnsemble,
} from '#shared/trees/tree-ensemble.ts'
import { linearToOnnx } from '../linear.ts'
import { sigmoid } from '../linear-walker.ts'
import type { Graph, GraphNode } from '../model.ts'
import { PROBABILITY_OUTPUT } from '../names.ts'
import { runOnnx, worstGap } from '../onnx-session.fixture.ts'
import { treesToOnnx } from '../tree-ensemble.ts'
import { acceptForeign } from './accept.ts'
import {
  file,
  floatOutput,
  floats,
  histGradientBoosting,
  integers,
  type LinearParts,
  lightgbm,
  lightgbmForest,
  ML,
  matrixInput,
  op,
  randomForest,
  set,
  sklearnPipeline,
  treeLists,
  xgboost,
} from './converters.fixture.ts'

const COLUMNS = 6
const ROWS = 500
const TOLERANCE = 1e-5
const FEATURES = ['pageviews', 'sessions', 'employees', 'pricing', 'docs', 'forms']
const ENSEMBLE = randomEnsemble({ columns: COLUMNS, leaves: 12, trees: 20, spread: 0.5, seed: 8 })
const rows = () => randomRows(ROWS, COLUMNS, 5)

function accepted(bytes: Uint8Array, features: readonly string[] = FEATURES) {
  const verdict = acceptForeign(bytes, features)
  if (verdict.kind === 'refused') throw new Error(`Refused: ${verdict.reason} ${verdict.next}`)
  return verdict
}

function refusal(graph: Partial<Graph>, features: readonly string[] = FEATURES): string {
  const verdict = acceptForeign(file(graph), features)
  if (verdict.kind === 'accepted') throw new Error('This must not be accepted.')
  expect(verdict.next).toMatch(/^[A-Z].*\.$/)
  return verdict.reason
}

async function served(servable: Uint8Array, values: Float32Array, columns = COLUMNS) {
  const [probability] = await runOnnx(servable, values, columns, [PROBABILITY_OUTPUT])
  expect(probability?.dims).toEqual([values.length / columns, 1])
  return probability?.data ?? []
}

const mapLeaves = (ensemble: TreeEnsemble, of: (value: number) => number): TreeEnsemble => ({
  ...ensemble,
  trees: ensemble.trees.map((tree) => ({ ...tree, leafValues: tree.leafValues.map(of) })),
})

/** Margins where a value on the threshold goes right, as XGBoost compares. */
function strictMargins({ columns, trees }: TreeEnsemble, values: Float32Array, base: number) {
  const below = (value: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer)
    if (value === 0) return -1e-45
    bits[0] = (bits[0] ?? 0) + (value > 0 ? -1 : 1)
    return new Float32Array(bits.buffer)[0] ?? value
  }
  const strict = trees.map((tree): Tree => ({ ...tree, thresholds: tree.thresholds.map(below) }))
  return Float64Array.from({ length: values.length / columns }, (_, row) =>
    strict.reduce(
      (sum, tree) => sum + (tree.leafValues[leafOf(tree, values, row * columns)] ?? 0),
      base,
    ),
  )
}

describe('a model from another toolkit', () => {
  test('XGBoost: trees that compare with <, and a base score', async () => {
    const verdict = accepted(file(xgboost(ENSEMBLE, 0.3)))
    expect(verdict).toMatchObject({
      input: { kind: 'matrix', name: 'X', columns: FEATURES },
      output: { name: 'probabilities', column: 1, positive: '1' },
      nodes: 20 * 23,
      operators: ['ai.onnx.ml.TreeEnsembleClassifier'],
      takesMissing: true,
    })
    const values = rows()
    const walked = strictMargins(ENSEMBLE, values, Math.log(0.3 / 0.7)).map(sigmoid)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('LightGBM: the probabilities behind a ZipMap, which itself is dropped', async () => {
    const verdict = accepted(file(lightgbm(ENSEMBLE)))
    expect(verdict.output).toEqual({ name: 'probabilities', column: 1, positive: '1' })
    const values = rows()
    const walked = ensembleMargins({ ...ENSEMBLE, base: 0 }, values).map(sigmoid)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('LightGBM as a random forest: an average, and labels that nobody needs', async () => {
    // The converter divides by 100, whatever the number of trees.
    const forest = mapLeaves({ ...ENSEMBLE, base: 0 }, (value) => Math.abs(value) * 10)
    const verdict = accepted(file(lightgbmForest(forest)))
    expect(verdict.output).toEqual({ name: 'probabilities', column: 1, positive: null })
    const values = rows()
    const walked = ensembleMargins(forest, values).map((sum) => sum / 100)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('scikit-learn: a random forest whose classes are words', async () => {
    const votes = mapLeaves({ ...ENSEMBLE, base: 0 }, Math.abs)
    const verdict = accepted(file(randomForest(votes)))
    expect(verdict.output).toEqual({ name: 'probabilities', column: 1, positive: 'won' })
    const values = rows()
    const walked = ensembleMargins(votes, values).map((sum) => sum / votes.trees.length)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('trees whose leaves are nowhere negative still end with the logistic function', async () => {
    // Older versions of ONNX Runtime took such margins for probabilities (issue 27533 there).
    const positive = mapLeaves(ENSEMBLE, Math.abs)
    const leaf: Tree = { ...(positive.trees[0] as Tree), leafValues: Float32Array.of(0.3) }
    const alone: Tree = {
      ...leaf,
      features: new Int32Array(),
      thresholds: new Float32Array(),
      missingLeft: new Uint8Array(),
      left: new Int32Array(),
      right: new Int32Array(),
    }
    const values = rows()
    for (const trees of [positive.trees, [alone]]) {
      const verdict = accepted(file(lightgbm({ ...positive, trees })))
      const walked = ensembleMargins({ ...positive, base: 0, trees }, values).map(sigmoid)
      expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
    }
  })

  test('scikit-learn: histogram boosting, a regressor with a Sigmoid behind it', async () => {
    const verdict = accepted(file(histGradientBoosting(ENSEMBLE)))
    const values = rows()
    const walked = ensembleMargins(ENSEMBLE, values).map(sigmoid)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('scikit-learn: a pipeline over named inputs, in an order of its own', async () => {
    const parts: LinearParts = {
      names: ['docs', 'pageviews', 'forms'],
      impute: [1, 2, 3],
      offset: [0.5, -0.5, 0],
      scale: [2, 0.5, 1],
      weights: [0.7, -0.3, 0.2],
      bias: -0.4,
    }
    const verdict = accepted(file(sklearnPipeline(parts)))
    expect(verdict).toMatchObject({
      input: { kind: 'named', columns: ['pageviews', 'docs', 'forms'] },
      output: { name: 'output_probability', column: 1, positive: '1' },
      nodes: 0,
      takesMissing: true,
    })
    const values = randomRows(ROWS, 3, 6).map((value) => Math.max(-50, Math.min(value, 50)))
    const walked = Float64Array.from({ length: ROWS }, (_, row) => {
      const margin = parts.names.reduce((sum, name, index) => {
        const column = ['pageviews', 'docs', 'forms'].indexOf(name)
        const value = values[row * 3 + column] ?? Number.NaN
        const filled = Number.isNaN(value) ? (parts.impute[index] ?? 0) : value
        const scaled = (filled - (parts.offset[index] ?? 0)) * (parts.scale[index] ?? 0)
        return sum + scaled * (parts.weights[index] ?? 0)
      }, parts.bias)
      return sigmoid(margin)
    })
    expect(worstGap(await served(verdict.servable, values, 3), walked)).toBeLessThan(TOLERANCE)
  })

  test('our own files are accepted like any other, with the same score', async () => {
    const values = rows()
    const trees = accepted(
      treesToOnnx(ENSEMBLE, { calibration: { kind: 'platt', a: 0.8, b: 0.1 }, metadata: {} }),
    )
    expect(trees.output).toEqual({ name: 'probability', column: 0, positive: null })
    const walked = ensembleMargins(ENSEMBLE, values).map((margin) => sigmoid(0.8 * margin + 0.1))
    expect(worstGap(await served(trees.servable, values), walked)).toBeLessThan(TOLERANCE)
    const vector = (value: number) => new Float32Array(COLUMNS).fill(value)
    const linear = accepted(
      linearToOnnx({
        impute: vector(0),
        low: vector(-1),
        high: vector(1),
        weights: vector(0.5),
        bias: 0,
        metadata: {},
      }),
    )
    expect(linear.takesMissing).toBe(true)
    expect(await served(linear.servable, new Float32Array(COLUMNS).fill(Number.NaN))).toEqual(
      Float32Array.of(0.5),
    )
  })

  test('scikit-learn: a forest of regressors on 0 and 1, averaged', async () => {
    const votes = mapLeaves({ ...ENSEMBLE, base: 0 }, Math.abs)
    const attributes = [
      ...treeLists(votes.trees, 'target'),
      set.int('n_targets', 1),
      set.text('aggregate_function', 'AVERAGE'),
    ]
    const verdict = accepted(
      file({
        nodes: [op('TreeEnsembleRegressor', ['X'], ['variable'], attributes, ML)],
        inputs: [matrixInput(COLUMNS)],
        outputs: [floatOutput('variable', 1)],
      }),
    )
    const values = rows()
    const walked = ensembleMargins(votes, values).map((sum) => sum / votes.trees.length)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('LightGBM split in parts that are summed in double', async () => {
    const parts = [ENSEMBLE.trees.slice(0, 10), ENSEMBLE.trees.slice(10)]
    const nodes = parts.flatMap((trees, part) => [
      op(
        'TreeEnsembleRegressor',
        ['X'],
        [`tree${part}`],
        [...treeLists(trees, 'target'), set.int('n_targets', 1)],
        ML,
      ),
      op('Cast', [`tree${part}`], [`double${part}`], [set.int('to', 11)]),
    ])
    const verdict = accepted(
      file({
        nodes: [
          ...nodes,
          op('Sum', ['double0', 'double1'], ['sum']),
          op('Cast', ['sum'], ['margin'], [set.int('to', 1)]),
          op('Sigmoid', ['margin'], ['p']),
        ],
        inputs: [matrixInput(COLUMNS)],
        outputs: [floatOutput('p', 1)],
      }),
    )
    expect(verdict.nodes).toBe(20 * 23)
    const values = rows()
    const walked = ensembleMargins({ ...ENSEMBLE, base: 0 }, values).map(sigmoid)
    expect(worstGap(await served(verdict.servable, values), walked)).toBeLessThan(TOLERANCE)
  })

  test('columns cut, joined and turned the way that graphs made by hand do', async () => {
    const docs = 'docs'
    const forms = 'forms'
    const verdict = accepted(
      file({
        nodes: [
          op(
            'FeatureVectorizer',
            [docs, forms],
            ['both'],
            [set.ints('inputdimensions', [1, 1])],
            ML,
          ),
          op(
            'Constant',
            [],
            ['two'],
            [{ name: 'value', value: { kind: 'tensor', value: floats('', [1], [2]) } }],
          ),
          op('Mul', ['both', 'two'], ['doubled']),
          op('Slice', ['doubled', 'zero', 'one', 'one'], ['first']),
          op(
            'LinearRegressor',
            ['doubled'],
            ['weighed'],
            [set.floats('coefficients', [0.5, -1]), set.floats('intercepts', [0.25])],
            ML,
          ),
          op('Neg', ['weighed'], ['turned']),
          op('Flatten', ['turned'], ['flat']),
          op('Concat', ['first', 'flat'], ['scores'], [set.int('axis', -1)]),
          op('Softmax', ['scores'], ['shares'], [set.int('axis', 1)]),
          op('Gather', ['shares', 'second'], ['list'], [set.int('axis', 1)]),
          op('Unsqueeze', ['list', 'one'], ['column']),
          op('Clip', ['column', 'least', 'most'], ['p']),
        ],
        initializers: [
          integers('zero', [1], [0]),
          integers('one', [1], [1]),
          integers('second', [], [1]),
          floats('least', [], [0.1]),
          floats('most', [], [0.9]),
        ],
        inputs: [matrixInput(1, docs), matrixInput(1, forms)],
        outputs: [floatOutput('p', 1)],
      }),
    )
    expect(verdict).toMatchObject({
      input: { kind: 'named', columns: [docs, forms] },
      takesMissing: false,
    })
    const pairs = [0.3, -0.2, 1, 2, -3, 0.5, 0, 0]
    const expected = [0, 1, 2, 3].map((row) => {
      const first = 2 * (pairs[2 * row] ?? 0)
      const turned = -(0.5 * first - 2 * (pairs[2 * row + 1] ?? 0) + 0.25)
      const share = Math.exp(turned) / (Math.exp(first) + Math.exp(turned))
      return Math.min(Math.max(share, 0.1), 0.9)
    })
    const answered = await served(verdict.servable, Float32Array.from(pairs), 2)
    expect(worstGap(answered, expected)).toBeLessThan(1e-6)
  })

  test('linear weights in plain arithmetic say that they give no score to a missing value', async () => {
    const graph: Partial<Graph> = {
      nodes: [
        op('MatMul', ['X', 'w'], ['weighted']),
        op('Add', ['weighted', 'b'], ['margin']),
        op('Squeeze', ['margin', 'axes'], ['flat']),
        op('Sigmoid', ['flat'], ['p']),
      ],
      initializers: [
        floats('w', [COLUMNS, 1], [1, 0, 0, 0, 0, 0]),
        floats('b', [1], [0.25]),
        integers('axes', [1], [1]),
      ],
      inputs: [matrixInput(COLUMNS)],
      outputs: [floatOutput('p', 1)],
    }
    const verdict = accepted(file(graph))
    expect(verdict.takesMissing).toBe(false)
    const values = Float32Array.of(1, 0, 0, 0, 0, 0)
    expect(worstGap(await served(verdict.servable, values), [sigmoid(1.25)])).toBeLessThan(1e-6)
  })
})

describe('a model from another toolkit is refused, with the reason', () => {
  const classifier = (attributes: GraphNode['attributes'], columns = COLUMNS): Partial<Graph> => ({
    nodes: [op('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], attributes, ML)],
    inputs: [matrixInput(columns)],
    outputs: [floatOutput('probabilities')],
  })
  const margin = (nodes: GraphNode[], outputs = [floatOutput('y', 1)]): Partial<Graph> => ({
    nodes,
    inputs: [matrixInput(COLUMNS)],
    outputs,
  })
  const regressor = (more: GraphNode['attributes'] = [], trees = ENSEMBLE.trees) =>
    op('TreeEnsembleRegressor', ['X'], ['y'], [...treeLists(trees, 'target'), ...more], ML)
  const labels = set.ints('classlabels_int64s', [0, 1])
  const binary = [labels, set.text('post_transform', 'LOGISTIC')]

  test('loops, custom operators and graphs within a node', () => {
    expect(refusal(margin([op('Loop', ['X'], ['y'])]))).toMatch(/uses Loop, which is not served/)
    const custom = op('Add', ['X', 'X'], ['y'], [], 'com.microsoft')
    expect(refusal(margin([custom]))).toMatch(/com\.microsoft\.Add/)
    expect(
      refusal(margin([op('SVMClassifier', ['X'], ['y'], [], ML), op('If', ['y'], ['z'])])),
    ).toMatch(/uses If, ai\.onnx\.ml\.SVMClassifier, which are not served/)
  })

  test('a raw score is not taken for a probability', () => {
    expect(refusal(margin([regressor()]))).toMatch(/it is no probability/)
    const raw = set.text('post_transform', 'NONE')
    expect(refusal(classifier([...treeLists(ENSEMBLE.trees, 'class'), labels, raw]))).toMatch(
      /it is no probability/,
    )
  })

  test('a last step that ONNX Runtime would leave out', () => {
    expect(refusal(margin([regressor([set.text('post_transform', 'LOGISTIC')])]))).toMatch(
      /ONNX Runtime ignores for a single target/,
    )
    const softmax = [labels, set.text('post_transform', 'SOFTMAX')]
    expect(refusal(classifier([...treeLists(ENSEMBLE.trees, 'class'), ...softmax]))).toMatch(
      /over leaves of one class, which ONNX Runtime ignores/,
    )
  })

  test('more than two classes, or two in doubt', () => {
    const trees = treeLists(ENSEMBLE.trees, 'class')
    expect(refusal(classifier([...trees, set.ints('classlabels_int64s', [0, 1, 2])]))).toMatch(
      /tells 3 classes apart/,
    )
    expect(refusal(classifier([...trees, set.ints('classlabels_int64s', [1, 0])]))).toMatch(
      /positive one is in doubt/,
    )
  })

  test('the probability of the other outcome', () => {
    const graph = xgboost(ENSEMBLE, 0.5)
    const nodes = [
      ...(graph.nodes ?? []),
      op('Gather', ['probabilities', 'place'], ['y'], [set.int('axis', 1)]),
    ]
    const first = {
      ...graph,
      nodes,
      initializers: [integers('place', [1], [0])],
      outputs: [floatOutput('y', 1)],
    }
    expect(refusal(first)).toMatch(/about the other outcome/)
    expect(
      accepted(file({ ...first, initializers: [integers('place', [1], [1])] })).output,
    ).toEqual({
      name: 'y',
      column: 0,
      positive: '1',
    })
  })

  test('two outputs that may be it', () => {
    const nodes = [regressor(), op('Sigmoid', ['y'], ['a']), op('Identity', ['a'], ['b'])]
    const outputs = [floatOutput('a', 1), floatOutput('b', 1)]
    expect(refusal(margin(nodes, outputs))).toMatch(/outputs a and b may all be the probability/)
  })

  test('inputs that are other features, or not float', () => {
    const graph = xgboost(ENSEMBLE, 0.5)
    expect(refusal(graph, FEATURES.slice(1))).toMatch(/has 6 columns, and 5 features are listed/)
    const typed = (elementType: number, shape: (string | number)[]) => ({
      ...graph,
      inputs: [{ name: 'X', elementType, shape }],
    })
    expect(refusal(typed(11, ['N', COLUMNS]))).toMatch(/input X is double, not float32/)
    expect(refusal(typed(1, ['N', 'F']))).toMatch(/does not say how many columns/)
    const parts = {
      names: ['docs', 'shoe_size'],
      impute: [0],
      offset: [0],
      scale: [1],
      weights: [1, 1],
      bias: 0,
    }
    expect(refusal(sklearnPipeline(parts))).toMatch(/input shoe_size is no feature/)
  })

  test('trees beyond the columns or in a circle', () => {
    const narrow = ['a', 'b']
    const graph = { ...xgboost(ENSEMBLE, 0.5), inputs: [matrixInput(2)] }
    expect(refusal(graph, narrow)).toMatch(/The trees ask for column 5 of 2/)
    const looped = treeLists(ENSEMBLE.trees, 'class').map((attribute) =>
      attribute.name === 'nodes_truenodeids' && attribute.value.kind === 'ints'
        ? set.ints(
            attribute.name,
            Array.from(attribute.value.values, () => 0),
          )
        : attribute,
    )
    expect(refusal(classifier([...looped, ...binary]))).toMatch(/The trees cannot be walked/)
  })

  test('trees that are too many or too large', () => {
    const grown = (leaves: number, trees: number) => ({
      ...ENSEMBLE,
      trees: new Array<Tree>(trees).fill(
        randomTree({ columns: COLUMNS, leaves, spread: 1 }, uniform(1)),
      ),
    })
    expect(refusal(xgboost(grown(800, 126), 0.5))).toMatch(/more than 200000 nodes/)
    expect(refusal(xgboost(grown(2, 10_001), 0.5))).toMatch(/more than 10000 trees/)
    expect(refusal(xgboost(grown(12_000, 1), 0.5))).toMatch(/loading them would hold up/)
  })

  test('trees so deep that ONNX Runtime would overflow its stack while loading them', () => {
    const chain = (leaves: number): Tree => {
      const inner = Array.from({ length: leaves - 1 }, (_, node) => node)
      return {
        features: new Int32Array(leaves - 1),
        thresholds: Float32Array.from(inner),
        missingLeft: new Uint8Array(leaves - 1),
        left: Int32Array.from(inner, (node) => ~node),
        right: Int32Array.from(inner, (node) => (node === leaves - 2 ? ~(node + 1) : node + 1)),
        leafValues: Float32Array.from({ length: leaves }, (_, leaf) => leaf / leaves - 0.5),
        nodeCover: new Float64Array(leaves - 1),
        leafCover: new Float64Array(leaves),
      }
    }
    const deep = (leaves: number): TreeEnsemble => ({ ...ENSEMBLE, trees: [chain(leaves)] })
    expect(refusal(xgboost(deep(402), 0.5))).toMatch(/more than 400 splits deep/)
    expect(accepted(file(xgboost(deep(401), 0.5))).nodes).toBe(801)
    expect(() => treesToOnnx(deep(402), { metadata: {} })).toThrow(/more than 400 splits deep/)
    expect(accepted(treesToOnnx(deep(401), { metadata: {} })).nodes).toBe(801)
  })

  test('trees of version 5 in a circle', () => {
    const sides = ['true', 'false'].flatMap((side) => [
      set.ints(`nodes_${side}nodeids`, [0]),
      set.ints(`nodes_${side}leafs`, [0]),
    ])
    const attributes = [
      set.ints('tree_roots', [0]),
      set.ints('nodes_featureids', [0]),
      ...sides,
      set.ints('leaf_targetids', []),
      ...[
        { ...floats('nodes_splits', [1], [0]) },
        {
          name: 'nodes_modes',
          dims: [1],
          data: { type: 'uint8' as const, values: Uint8Array.of(0) },
        },
        { ...floats('leaf_weights', [0], []) },
      ].map((value) => ({ name: value.name, value: { kind: 'tensor' as const, value } })),
    ]
    const graph = margin([
      op('TreeEnsemble', ['X'], ['t'], attributes, ML),
      op('Sigmoid', ['t'], ['y']),
    ])
    expect(refusal(graph)).toMatch(/two ways lead to node 0/)
  })

  test('weights that do not fit the columns', () => {
    const parts: LinearParts = {
      names: ['docs', 'forms'],
      impute: [0, 0],
      offset: [0, 0],
      scale: [1, 1],
      weights: [1, 1, 1],
      bias: 0,
    }
    expect(refusal(sklearnPipeline(parts))).toMatch(/has 6 weights .* over 2 columns/)
    expect(refusal(sklearnPipeline({ ...parts, weights: [1, 1], scale: [1, 1, 1] }))).toMatch(
      /3 parameters for 2 columns/,
    )
  })

  test('constants without end, and chains that grow', () => {
    const big = floats('w', [COLUMNS, 200_000], [])
    const filled = {
      ...big,
      data: { type: 'float32' as const, values: new Float32Array(1_200_000) },
    }
    const product = margin([op('MatMul', ['X', 'w'], ['y'])])
    expect(refusal({ ...product, initializers: [filled] })).toMatch(/hold 1200000 values/)
    const chain = Array.from({ length: 40 }, (_, step) =>
      op('Concat', [`v${step}`, `v${step}`], [`v${step + 1}`], [set.int('axis', 1)]),
    )
    const nodes = [op('Identity', ['X'], ['v0']), ...chain]
    expect(refusal(margin(nodes, [floatOutput('v40')]))).toMatch(/4096 are the most/)
  })

  test('values that nothing makes, and graphs that run in a circle', () => {
    expect(refusal(margin([op('Sigmoid', ['nowhere'], ['y'])]))).toMatch(/Nothing makes the value/)
    const circle = [
      op('Add', ['X', 'b'], ['a']),
      op('Identity', ['a'], ['b']),
      op('Sigmoid', ['b'], ['y']),
    ]
    expect(refusal(margin(circle))).toMatch(/runs in a circle/)
  })

  test('rows that would be joined across visitors', () => {
    const nodes = [
      op('Gather', ['X', 'one'], ['flat'], [set.int('axis', 1)]),
      op('Add', ['X', 'flat'], ['sum']),
      op('Sigmoid', ['sum'], ['y']),
    ]
    expect(refusal({ ...margin(nodes), initializers: [integers('one', [], [1])] })).toMatch(
      /joins values of different shapes/,
    )
  })

  test('cut, changed or foreign bytes always get a verdict, and what is accepted runs', async () => {
    const files = [xgboost(ENSEMBLE, 0.3), lightgbmForest(mapLeaves(ENSEMBLE, Math.abs))].map(
      (graph) => file(graph),
    )
    const values = randomRows(4, COLUMNS, 3)
    const damaged = fc.constantFrom(...files).chain((bytes) =>
      fc.oneof(
        fc.nat(bytes.length - 1).map((length) => bytes.slice(0, length)),
        fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, byte]) => {
          const copy = bytes.slice()
          copy[at] = byte
          return copy
        }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        const verdict = acceptForeign(bytes, FEATURES)
        if (verdict.kind === 'refused') {
          expect(verdict.reason).not.toBe('')
          return
        }
        // ONNX Runtime may still refuse an attribute that it knows and we do not; it never hangs.
        const run = runOnnx(verdict.servable, values, COLUMNS, [PROBABILITY_OUTPUT])
        const data = await run.then(([output]) => Array.from(output?.data ?? [])).catch(() => [])
        for (const value of data) expect(value >= 0 && value <= 1).toBe(true)
      }),
      { numRuns: 300, verbose: 1 },
    )
  })
})
