import { describe, expect, test } from 'vitest'
import { OnnxError } from '#models/onnx/model.ts'
import { FEATURES } from '#shared/features/registry.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { randomModel, randomTrees } from './model.fixture.ts'
import { ModelError } from './model-error.ts'
import type { OnnxRuntime } from './onnx-runtime.ts'
import { createScorer, WALKED_ROWS_MAX } from './scorer.ts'
import type { ScoringModel } from './served-model.ts'
import { createSessionCache } from './session-cache.ts'

const nothingKnown = Object.fromEntries(FEATURES.map((feature) => [feature.name, null]))
const make = (model: ScoringModel, runtime = absentRuntime('not in this test')) =>
  createScorer(model, runtime, createSessionCache(1))

describe('a scorer', () => {
  test('is not made for a model that was trained on other features', async () => {
    const model = await randomModel(1)
    const other = { ...model, manifest: { ...model.manifest, featureHash: '0123456789abcdef' } }
    expect(() => make(other)).toThrow(ModelError)
    expect(() => make(other)).toThrow(/trained on features 0123456789abcdef/)
  })

  test('is not made for a file that is not the one of its manifest', async () => {
    const model = await randomModel(1)
    const { onnx } = await randomModel(2)
    expect(() => make({ ...model, onnx })).toThrow(/is not its manifest's/)
  })

  test('is not made where manifest and file have other numbers of columns', async () => {
    const model = await randomModel(1)
    const columns = model.manifest.columns.slice(1)
    expect(() => make({ ...model, manifest: { ...model.manifest, columns } })).toThrow(ModelError)
  })

  test('scores nothing for no rows', async () => {
    expect(await make(await randomModel(1)).score([], { reasons: true })).toEqual([])
  })

  test('goes on with the walker where a run of the runtime fails, and says why', async () => {
    const failing: OnnxRuntime = {
      state: () => ({ kind: 'ready' }),
      open: async () => ({
        run: () => Promise.reject(new Error('out of memory')),
        release: async () => undefined,
      }),
      whileStarting: (work) => work,
    }
    const model = await randomModel(1)
    const scorer = make(model, failing)
    const batch = Array.from({ length: WALKED_ROWS_MAX + 1 }, () => nothingKnown)
    const scores = await scorer.score(batch, { reasons: true })
    expect(scorer.engine()).toMatchObject({ kind: 'walker', reason: 'out of memory' })
    expect(scores).toEqual(await make(model).score(batch, { reasons: true }))
  })

  test('gives points, grade and version by the manifest', async () => {
    const model = await randomModel(1)
    const manifest = {
      ...model.manifest,
      grades: { A: 0, B: 0, C: 0 },
      pointKnots: Array.from({ length: 101 }, () => 0),
      calibrated: true,
    }
    const [score] = await make({ ...model, manifest }).score([nothingKnown], { reasons: false })
    expect(score).toMatchObject({
      grade: 'A',
      points: 100,
      calibrated: true,
      modelVersion: 'random-1',
      reasons: [],
    })
  })

  test('scores by trees, and splits the score where reasons are asked for', async () => {
    const scorer = make(await randomTrees(1))
    const [quick] = await scorer.score([nothingKnown], { reasons: false })
    const [whole] = await scorer.score([nothingKnown], { reasons: true })
    expect(quick).toMatchObject({
      fit: null,
      engagement: null,
      reasons: [],
      modelVersion: 'trees-1',
    })
    expect(whole?.probability).toBe(quick?.probability)
    expect(whole?.reasons.length).toBeGreaterThan(0)
    expect(whole?.reasons.every(({ text }) => text.length > 0)).toBe(true)
  })

  test('is not made for trees that could not be explained in time', async () => {
    const large = await randomTrees(2, { trees: 160, leaves: 100 })
    expect(() => make(large)).toThrow(/has 16000 leaves; at most 15000/)
  })

  test('is not made for trees whose file holds a linear model', async () => {
    const { manifest } = await randomTrees(3)
    const { onnx, manifest: linear } = await randomModel(3)
    const mixed = { onnx, manifest: { ...manifest, onnxSha256: linear.onnxSha256 } }
    expect(() => make(mixed)).toThrow(OnnxError)
  })
})
