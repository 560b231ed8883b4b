/** Interior nodes and leaves of all trees; nobody can stop a call into WebAssembly that is under way. */
export const MOST_TREE_NODES = 200_000
export const MOST_TREES = 10_000
/**
 * The squares of the trees' sizes, added up: ONNX Runtime 1.30 takes 2 ns for each while it loads a
 * model, so one tree of 180,000 nodes takes a minute, and 200 trees of 1,000 nodes 0.4 s.
 */
export const MOST_LOADING = 500_000_000
/** Values in all constants of the graph together. */
export const MOST_CONSTANT_VALUES = 1_000_000
export const MOST_OPERATORS = 1_000
/** Columns of any value on the way, so that a chain of Concat cannot fill the memory. */
export const MOST_COLUMNS = 4_096
export const MOST_BYTES = 32 * 1024 * 1024

const CORE = [
  'Add',
  'ArgMax',
  'Cast',
  'Clip',
  'Concat',
  'Constant',
  'Div',
  'Exp',
  'Flatten',
  'Gather',
  'Gemm',
  'Identity',
  'IsNaN',
  'Log',
  'MatMul',
  'Max',
  'Min',
  'Mul',
  'Neg',
  'Reshape',
  'Sigmoid',
  'Slice',
  'Softmax',
  'Squeeze',
  'Sub',
  'Sum',
  'Unsqueeze',
  'Where',
] as const

const CLASSICAL = [
  'ArrayFeatureExtractor',
  'FeatureVectorizer',
  'Imputer',
  'LinearClassifier',
  'LinearRegressor',
  'Normalizer',
  'Scaler',
  'TreeEnsemble',
  'TreeEnsembleClassifier',
  'TreeEnsembleRegressor',
  'ZipMap',
] as const

export const ML_DOMAIN = 'ai.onnx.ml'

/**
 * All that a foreign graph may consist of: trees, linear models, scalers, and the arithmetic that
 * converters put around them. No Loop, If or Scan, whose time nothing bounds.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  ...CORE,
  ...CLASSICAL.map((opType) => `${ML_DOMAIN}.${opType}`),
])

/** `Add`, `ai.onnx.ml.Scaler`: an operator's name with its domain, ONNX's own without. */
export function operatorName({ domain, opType }: { domain: string; opType: string }): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`
}

export const isAllowed = (operator: string): boolean => ALLOWED.has(operator)
