import { linearToOnnx } from '#models/onnx/linear.ts'
import { treesToOnnx } from '#models/onnx/tree-ensemble.ts'
import { FEATURE_HASH, FEATURES } from '#shared/features/registry.ts'
import type { Encoding, TrainedManifest } from '#shared/scoring/manifest.ts'
import { randomTree } from '#shared/trees/tree-ensemble.arbitrary.ts'
import type { TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import type { ScoringModel } from './served-model.ts'

/** A linear congruential generator: the same numbers in every run. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

type TrainedModel = ScoringModel & { manifest: TrainedManifest }

/** A model over every feature of the registry, with random weights. */
export async function randomModel(seed: number): Promise<TrainedModel> {
  const next = uniform(seed)
  const columns = FEATURES.flatMap((feature) => {
    const encodings: Encoding[] =
      feature.type === 'category'
        ? feature.levels.map((level) => ({ kind: 'level', level }))
        : feature.type === 'boolean'
          ? [{ kind: 'boolean' }]
          : [{ kind: 'number', transform: 'log1p' }]
    const missing: Encoding = { kind: 'missing' }
    return [...encodings, missing].map((encoding) => ({ feature: feature.name, encoding }))
  })
  const each = (low: number, high: number): Float32Array =>
    Float32Array.from(columns, () => low + next() * (high - low))
  const mean = each(0.1, 0.9)
  const version = `random-${seed}`
  const bias = Math.fround(-1)
  const weights = each(-0.9, 0.9)
  const onnx = linearToOnnx({
    impute: mean,
    low: each(0, 0),
    high: each(3, 6),
    weights,
    bias,
    metadata: { model_version: version },
  })
  return {
    onnx,
    manifest: {
      format: 1,
      version,
      algorithm: 'logistic-regression',
      onnxSha256: await sha256(onnx),
      featureHash: FEATURE_HASH,
      columns: columns.map((column, index) => ({ ...column, mean: mean[index] ?? 0 })),
      base: weights.reduce((sum, weight, column) => sum + weight * (mean[column] ?? 0), bias),
      trainedOn: { from: 0, to: 1, rows: 1, converted: 0, source: 'random weights', l2: 1 },
      testedOn: { from: 1, to: 2, rows: 1, converted: 0 },
      metrics: { auc: 0.5, logLoss: 1, brier: 0.25, ece: 0, topDecileLift: 1 },
      calibrated: false,
      grades: { A: 0.6, B: 0.4, C: 0.2 },
      pointKnots: Array.from({ length: 101 }, (_, percent) => percent / 100),
    },
  }
}

/** Boosted trees over the same columns, calibrated by Platt's line. */
export async function randomTrees(
  seed: number,
  { trees = 20, leaves = 8 } = {},
): Promise<TrainedModel & { ensemble: TreeEnsemble }> {
  const { manifest } = await randomModel(seed)
  const next = uniform(seed)
  const columns = manifest.columns.length
  const ensemble: TreeEnsemble = {
    columns,
    base: Math.fround(-0.5),
    link: 'logistic',
    trees: Array.from({ length: trees }, () => randomTree({ columns, leaves, spread: 0.3 }, next)),
  }
  const onnx = treesToOnnx(ensemble, {
    calibration: { kind: 'platt', a: 0.9, b: 0.1 },
    metadata: { model_version: `trees-${seed}` },
  })
  return {
    ensemble,
    onnx,
    manifest: {
      ...manifest,
      version: `trees-${seed}`,
      algorithm: 'gradient-boosted-trees',
      onnxSha256: await sha256(onnx),
      trainedOn: { ...manifest.trainedOn, source: 'random trees', l2: null },
    },
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
