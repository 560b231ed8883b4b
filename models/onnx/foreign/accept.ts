import { decodeOnnx } from '../decode.ts'
import { OnnxError, type OnnxModel } from '../model.ts'
import { graphFacts } from './graph-facts.ts'
import { type ForeignInput, inputsOf } from './inputs.ts'
import {
  isAllowed,
  ML_DOMAIN,
  MOST_BYTES,
  MOST_CONSTANT_VALUES,
  MOST_OPERATORS,
  operatorName,
} from './operators.ts'
import { type ForeignOutput, findOutput } from './outputs.ts'
import { EXPORT_AGAIN, Refusal } from './refusal.ts'
import { servableFile } from './servable.ts'

export type ForeignVerdict =
  | {
      kind: 'accepted'
      input: ForeignInput
      output: ForeignOutput
      /** Interior nodes and leaves of all trees that the score needs. */
      nodes: number
      /** Operators of the whole file, each once, in order of their names. */
      operators: readonly string[]
      /** False where a row with a missing value gets no score: fill it in, or send NaN to no one. */
      takesMissing: boolean
      /** The model as it is served: `X` [N, columns of `input`] in, `probability` [N, 1] out. */
      servable: Uint8Array<ArrayBuffer>
    }
  | { kind: 'refused'; reason: string; next: string }

/** Reshape by a constant input and broadcasting Min and Max, which the served graph needs, came by 8. */
const LEAST_OPSET = 8
/** What the graph is served with where it names no version, as it uses none of ONNX's own operators. */
const OWN_OPSET = 15

/** The model with versions of the two operator sets that it may use, and of no other. */
function withOperatorSets(model: OnnxModel): OnnxModel & { opset: number } {
  const version = (names: readonly string[]): number | undefined =>
    model.operatorSets.find(({ domain }) => names.includes(domain))?.version
  const opset = version(['', 'ai.onnx']) ?? OWN_OPSET
  const classical = version([ML_DOMAIN])
  if (opset < LEAST_OPSET) {
    throw new Refusal(
      `The file is made for operator set ${opset}, which is older than ${LEAST_OPSET}.`,
      'Export with target_opset 15.',
    )
  }
  const operatorSets = [{ domain: '', version: opset }]
  if (classical !== undefined) operatorSets.push({ domain: ML_DOMAIN, version: classical })
  return { ...model, operatorSets, opset }
}

function checkOperators({ graph }: OnnxModel): string[] {
  if (graph.nodes.length > MOST_OPERATORS) {
    throw new Refusal(
      `The graph has ${graph.nodes.length} operators; ${MOST_OPERATORS} are the most.`,
      EXPORT_AGAIN,
    )
  }
  const operators = [...new Set(graph.nodes.map(operatorName))].sort()
  const refused = operators.filter((operator) => !isAllowed(operator))
  if (refused.length > 0) {
    throw new Refusal(
      `The graph uses ${refused.join(', ')}, which ${refused.length > 1 ? 'are' : 'is'} not served.`,
      'Use trees, linear models and scalers; docs/models.md lists the operators.',
    )
  }
  for (const { opType, attributes } of graph.nodes) {
    // Graphs within a node, sparse tensors and references have types that are not read.
    const hidden = attributes.find(({ value }) => value.kind === 'other')
    if (hidden === undefined) continue
    throw new Refusal(`${opType} hides something in its attribute ${hidden.name}.`, EXPORT_AGAIN)
  }
  return operators
}

function checkConstants({ graph }: OnnxModel): void {
  const inAttributes = graph.nodes.flatMap(({ attributes }) =>
    attributes.flatMap(({ value }) => (value.kind === 'tensor' ? [value.value] : [])),
  )
  const values = [...graph.initializers, ...inAttributes].reduce(
    (sum, { dims }) => sum + dims.reduce((product, dim) => product * dim, 1),
    0,
  )
  if (values <= MOST_CONSTANT_VALUES) return
  throw new Refusal(
    `The constants hold ${values} values; ${MOST_CONSTANT_VALUES} are the most.`,
    'Train a smaller model.',
  )
}

function judge(bytes: Uint8Array, features: readonly string[]): ForeignVerdict {
  if (bytes.length > MOST_BYTES) {
    throw new Refusal(
      `The file has ${bytes.length} bytes; ${MOST_BYTES} are the most.`,
      'Train fewer or smaller trees.',
    )
  }
  const model = withOperatorSets(decodeOnnx(bytes))
  const operators = checkOperators(model)
  checkConstants(model)
  const { input, facts } = inputsOf(model.graph, features)
  const found = findOutput(model.graph, graphFacts(model.graph, facts, model.opset))
  // Once more from the output that was found, so that nothing else comes along.
  const needed = graphFacts(model.graph, facts, model.opset)
  needed.of(found.source)
  return {
    kind: 'accepted',
    input,
    output: found.output,
    nodes: needed.treeNodes(),
    operators,
    takesMissing: !found.rows.missing,
    servable: servableFile(model, needed.needed(), input, facts, found),
  }
}

/**
 * Decides whether an ONNX file from another toolkit can be served, from the file alone: its
 * operators, sizes and trees are checked, its graph is followed value by value, and the output that
 * is the probability of the positive outcome is found. Nothing is run.
 *
 * @param features names of the model's columns: for a matrix in the order that it has them, for
 *   named inputs in any
 */
export function acceptForeign(bytes: Uint8Array, features: readonly string[]): ForeignVerdict {
  try {
    return judge(bytes, features)
  } catch (error) {
    if (error instanceof Refusal || error instanceof OnnxError) {
      return { kind: 'refused', reason: error.message, next: error.next }
    }
    throw error
  }
}
