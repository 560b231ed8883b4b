import type { Tree, TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { type Calibration, CalibrationError, checkCalibration } from './calibration.ts'
import { decodeOnnx } from './decode.ts'
import { encodeOnnx } from './encode.ts'
import { LEAF_COVER_KEY, leafCoverText } from './leaf-cover.ts'
import { OnnxError, type OnnxModel } from './model.ts'
import { treeGraph } from './tree-graph.ts'
import { parametersOf } from './tree-parameters.ts'
import { faultOfTree } from './tree-structure.ts'

/** An ensemble as its file holds it. */
export interface TreeModel {
  ensemble: TreeEnsemble
  calibration: Calibration
  /** Model version, feature hash, training window …, as written in the file. */
  metadata: Record<string, string>
}

const IR_VERSION = 8
const OPERATOR_SETS = [
  { domain: '', version: 15 },
  { domain: 'ai.onnx.ml', version: 5 },
]
const PRODUCER = 'edgewise'

/**
 * A split that decides nothing, for ensembles without any: the operator needs a tree, and an output
 * of one value a row needs the rows.
 */
const IDLE_SPLIT: Tree = {
  features: Int32Array.of(0),
  thresholds: Float32Array.of(0),
  missingLeft: Uint8Array.of(0),
  left: Int32Array.of(~0),
  right: Int32Array.of(~1),
  leafValues: Float32Array.of(0, 0),
  nodeCover: Float64Array.of(0),
  leafCover: Float64Array.of(0, 0),
}

function isIdle({ features, leafValues, leafCover }: Tree): boolean {
  const nothing = (values: ArrayLike<number>) => Array.from(values).every((value) => value === 0)
  return features.length === 1 && nothing(leafValues) && nothing(leafCover)
}

/**
 * The same ensemble with every tree that never splits added to the base, which is rounded to float32:
 * exactly what a file can hold.
 */
function folded(ensemble: TreeEnsemble): TreeEnsemble {
  let base = ensemble.base
  const trees = ensemble.trees.filter((tree) => {
    if (tree.features.length > 0) return true
    base += tree.leafValues[0] ?? 0
    return false
  })
  return { ...ensemble, base: Math.fround(base), trees }
}

function checkTrees({ columns, base, trees }: TreeEnsemble): void {
  const malformed = (reason: string): OnnxError =>
    new OnnxError('malformed', `The trees cannot be walked: ${reason}.`)
  if (columns < 1) throw malformed('they have no column')
  if (!Number.isFinite(base)) throw malformed(`their base is ${base}`)
  trees.forEach((tree, index) => {
    const { features, thresholds, missingLeft, left, right, leafValues, leafCover } = tree
    const fault = faultOfTree({ left, right, leaves: leafValues.length })
    if (fault !== null) throw malformed(`in tree ${index} ${fault}`)
    for (const list of [features, thresholds, missingLeft, right]) {
      if (list.length !== left.length) throw malformed(`tree ${index} has lists of other lengths`)
    }
    if (leafCover.length !== leafValues.length)
      throw malformed(`tree ${index} lacks a leaf's cover`)
    if (features.some((column) => column < 0 || column >= columns)) {
      throw malformed(`tree ${index} asks for a column beyond ${columns}`)
    }
    if (thresholds.some(Number.isNaN)) throw malformed(`tree ${index} has a threshold that is NaN`)
    if (!leafValues.every(Number.isFinite)) throw malformed(`tree ${index} has an infinite leaf`)
  })
}

function modelOf({ ensemble, calibration, metadata }: TreeModel): OnnxModel {
  const trees = ensemble.trees.length === 0 ? [IDLE_SPLIT] : ensemble.trees
  return {
    irVersion: IR_VERSION,
    producerName: PRODUCER,
    producerVersion: '1',
    operatorSets: OPERATOR_SETS,
    graph: treeGraph({ ...ensemble, trees }, calibration),
    metadata: { ...metadata, [LEAF_COVER_KEY]: leafCoverText(trees) },
  }
}

/**
 * Writes an ensemble as an ONNX file that alone reproduces the score. Input `X` is float32
 * [N, columns], NaN where a value is missing. With the logistic link the outputs are `probability`,
 * calibrated, and `margin`: log-odds *before* calibration, which is what contributions of columns add
 * up to. With the identity link it is `value`. All are float32 [N, 1].
 *
 * Trees that never split are folded into the base, and covers are rounded to float32.
 * @throws CalibrationError, OnnxError `malformed` for arrays that are no trees.
 */
export function treesToOnnx(
  ensemble: TreeEnsemble,
  {
    calibration = { kind: 'none' },
    metadata,
  }: { calibration?: Calibration; metadata: Record<string, string> },
): Uint8Array<ArrayBuffer> {
  checkCalibration(calibration)
  if (ensemble.link === 'identity' && calibration.kind !== 'none') {
    throw new CalibrationError('no_probability', 'A value is not calibrated as a probability is.')
  }
  const whole = folded(ensemble)
  checkTrees(whole)
  return encodeOnnx(modelOf({ ensemble: whole, calibration, metadata }))
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/**
 * Reads an ensemble out of a file that `treesToOnnx` wrote. The graph is written anew from what was
 * read and compared, so that a graph which differs in anything is never taken for this one.
 * @throws OnnxError `malformed` for other bytes, `unsupported` for any other graph.
 */
export function treesFromOnnx(bytes: Uint8Array): TreeModel {
  const model = decodeOnnx(bytes)
  const { ensemble, calibration } = parametersOf(model)
  checkTrees(ensemble)
  const only = ensemble.trees.length === 1 ? ensemble.trees[0] : undefined
  const trees = only !== undefined && isIdle(only) ? [] : ensemble.trees
  const { [LEAF_COVER_KEY]: _cover, ...metadata } = model.metadata
  const read: TreeModel = { ensemble: { ...ensemble, trees }, calibration, metadata }
  if (!sameBytes(encodeOnnx(modelOf(read)), encodeOnnx(model))) {
    throw new OnnxError(
      'unsupported',
      'The graph is not the one that this project writes for trees.',
    )
  }
  try {
    checkCalibration(calibration)
  } catch (cause) {
    throw new OnnxError('malformed', 'The calibration in the file cannot be computed.', { cause })
  }
  return read
}
