import { createHash } from 'node:crypto'
import { acceptForeign } from '#models/onnx/foreign/accept.ts'
import { FEATURE_HASH, type FeatureValues } from '#shared/features/registry.ts'
import type { ImportedManifest } from '#shared/scoring/manifest.ts'
import { evenStanding, standingOf } from '#shared/scoring/standing.ts'
import type { OnnxRuntime } from '../../onnx-runtime.ts'
import type { Scorer } from '../../scorer.ts'
import type { ScoringModel } from '../../served-model.ts'
import { type ColumnsVerdict, inputColumns } from './input-columns.ts'
import type { SentModel } from './sent-model.ts'

/** Below it, points would move by more than one from one visitor to the next. */
export const LEAST_VISITORS = 100

export interface ImportDeps {
  runtime: OnnxRuntime
  /** Makes a scorer of a model that was accepted; nothing stands in for it. */
  scorerOf(model: ScoringModel): Pick<Scorer, 'score'>
  /** Features of visitors scored lately, each once. */
  recentFeatures(): Promise<FeatureValues[]>
  /** Unix milliseconds. */
  now(): number
}

export type ImportVerdict =
  | { kind: 'model'; model: ScoringModel & { manifest: ImportedManifest } }
  | Extract<ColumnsVerdict, { kind: 'refused' }>

const refused = (reason: string, next: string): ImportVerdict => ({
  kind: 'refused',
  reason,
  next,
})

/**
 * Makes a model of ours of one from another toolkit, or says why not. Nothing runs before the file was
 * accepted. Points and grades come from the workspace's recent visitors where there are enough of them.
 *
 * @throws what the store throws
 */
export async function importModel(sent: SentModel, deps: ImportDeps): Promise<ImportVerdict> {
  const named = inputColumns(sent.features)
  if (named.kind === 'refused') return named
  const verdict = acceptForeign(
    sent.onnx,
    named.columns.map(({ input }) => input),
  )
  if (verdict.kind === 'refused') return verdict
  if (!verdict.takesMissing) {
    return refused(
      'The model gives no score where a value is missing, and of most visitors some values are.',
      'Put a SimpleImputer before it, or use trees that take NaN, and export again.',
    )
  }
  const columns = verdict.input.columns.flatMap((input) => {
    const column = named.columns.find((each) => each.input === input)
    return column ? [{ feature: column.feature, encoding: column.encoding }] : []
  })
  const manifest: ImportedManifest = {
    format: 1,
    version: sent.version,
    algorithm: 'imported',
    onnxSha256: sha256(verdict.servable),
    featureHash: FEATURE_HASH,
    columns,
    base: null,
    trainedOn: sent.trainedOn && { ...sent.trainedOn, source: 'as its sender states', l2: null },
    testedOn: null,
    metrics: sent.metrics,
    calibrated: false,
    ...evenStanding(),
    imported: {
      at: deps.now(),
      sentSha256: sha256(sent.onnx),
      operators: [...verdict.operators],
      nodes: verdict.nodes,
      scale: { kind: 'even' },
    },
  }
  return scaled({ manifest, onnx: verdict.servable }, deps)
}

/** Tries the model on visitors of whom nothing is known and on recent ones, and compares with the latter. */
async function scaled(
  model: ScoringModel & { manifest: ImportedManifest },
  { runtime, scorerOf, recentFeatures }: ImportDeps,
): Promise<ImportVerdict> {
  const visitors = await recentFeatures()
  let probabilities: number[]
  try {
    const scores = await scorerOf(model).score([{}, ...visitors], { reasons: false })
    probabilities = scores.slice(1).map(({ probability }) => probability)
  } catch (error) {
    // Without ONNX Runtime nothing was tried; the check before a promotion tries it.
    if (runtime.state().kind === 'failed') return { kind: 'model', model }
    const reason = error instanceof Error ? error.message : String(error)
    return refused(
      `ONNX Runtime cannot score with it: ${reason}`,
      'Export the model again, with target_opset 15.',
    )
  }
  if (visitors.length < LEAST_VISITORS) return { kind: 'model', model }
  const { manifest, onnx } = model
  const scale = { kind: 'visitors' as const, visitors: visitors.length }
  return {
    kind: 'model',
    model: {
      onnx,
      manifest: {
        ...manifest,
        ...standingOf(Float64Array.from(probabilities)),
        imported: { ...manifest.imported, scale },
      },
    },
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
