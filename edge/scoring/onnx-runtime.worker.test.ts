import { describe, expect, test } from 'vitest'
import { sigmoid } from '#models/onnx/linear-walker.ts'
import { treeShap } from '#shared/explain/tree-shap.ts'
import { FEATURES, type FeatureValues } from '#shared/features/registry.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { ensembleMargins, type TreeEnsemble } from '#shared/trees/tree-ensemble.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { isolateRuntime, isolateSessions } from './isolate-runtime.ts'
import { randomModel, randomTrees, uniform } from './model.fixture.ts'
import { createScorer, WALKED_ROWS_MAX } from './scorer.ts'
import { createSessionCache } from './session-cache.ts'

function randomFeatures(next: () => number): FeatureValues {
  return Object.fromEntries(
    FEATURES.map((feature) => {
      if (next() < 0.2) return [feature.name, null]
      if (feature.type === 'number') return [feature.name, Math.floor(next() * 40)]
      if (feature.type === 'boolean') return [feature.name, next() < 0.5]
      return [feature.name, feature.levels[Math.floor(next() * feature.levels.length)] ?? null]
    }),
  )
}

/** As few rows as ONNX Runtime is asked for. */
function smallestBatch(next: () => number): FeatureValues[] {
  return Array.from({ length: WALKED_ROWS_MAX + 1 }, () => randomFeatures(next))
}

/** Its `expected` is the same whatever the row. */
function wholeShap(ensemble: TreeEnsemble) {
  const shap = treeShap(ensemble, new Float32Array(ensemble.columns))
  if (shap.kind !== 'whole') throw new Error('No deadline was given.')
  return shap
}

describe('ONNX Runtime in workerd', () => {
  test('a caller that a page waits for is scored by the walker while the runtime is cold, and starts nothing', async () => {
    const scorer = createScorer(await randomModel(30), isolateRuntime, isolateSessions)
    const [score] = await scorer.score(smallestBatch(uniform(30)), {
      reasons: false,
      whenCold: 'walk',
    })
    expect(score?.probability).toBeGreaterThan(0)
    expect(scorer.engine()).toMatchObject({
      kind: 'walker',
      reason: 'ONNX Runtime is not started yet.',
    })
    expect(isolateRuntime.state()).toEqual({ kind: 'cold' })
  })

  test('a few rows are walked, and start nothing', async () => {
    const scorer = createScorer(await randomModel(30), isolateRuntime, isolateSessions)
    const few = smallestBatch(uniform(31)).slice(1)
    expect(await scorer.score(few, { reasons: false })).toHaveLength(WALKED_ROWS_MAX)
    expect(scorer.engine()).toMatchObject({
      kind: 'walker',
      reason: 'A few rows are scored faster without ONNX Runtime.',
    })
    expect(isolateRuntime.state()).toEqual({ kind: 'cold' })
  })

  test('starting and scoring never wait on the event loop, so no cancelled request can leave them half done', async () => {
    const scorer = createScorer(await randomModel(30), isolateRuntime, isolateSessions)
    let turned = false
    setTimeout(() => {
      turned = true
    }, 0)
    await scorer.score(smallestBatch(uniform(30)), { reasons: true })
    expect(turned).toBe(false)
    expect(scorer.engine()).toEqual({ kind: 'onnxruntime' })
    await scorer.score(smallestBatch(uniform(30)), { reasons: false, whenCold: 'walk' })
    expect(scorer.engine()).toEqual({ kind: 'onnxruntime' })
  })

  test('a file that is no model is refused without spoiling the models after it', async () => {
    const junk = new Uint8Array([1, 2, 3, 4, 5])
    await expect(
      isolateRuntime.open(junk, { input: 'X', output: 'probability' }),
    ).rejects.toMatchObject({ name: 'OnnxRuntimeError', kind: 'model_refused' })
    const scorer = createScorer(await randomModel(1), isolateRuntime, isolateSessions)
    const [score] = await scorer.score(smallestBatch(uniform(1)), { reasons: false })
    expect(score?.probability).toBeGreaterThan(0)
    expect(scorer.engine()).toEqual({ kind: 'onnxruntime' })
    expect(isolateRuntime.state()).toEqual({ kind: 'ready' })
  })

  test('it gives the scores of the plain walker on 1,000 random rows, in batches and one by one', async () => {
    const model = await randomModel(2)
    const fast = createScorer(model, isolateRuntime, isolateSessions)
    const plain = createScorer(model, absentRuntime('no runtime here'), createSessionCache(1))
    const next = uniform(3)
    const rows = Array.from({ length: 1000 }, () => randomFeatures(next))
    const [a, b] = await Promise.all([
      fast.score(rows, { reasons: true }),
      plain.score(rows, { reasons: true }),
    ])
    expect(fast.engine().kind).toBe('onnxruntime')
    expect(plain.engine()).toMatchObject({ kind: 'walker', reason: 'no runtime here' })
    const gaps = a.map((score, row) => Math.abs(score.probability - (b[row]?.probability ?? 9)))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1e-5)
    const singles = await Promise.all(
      rows.slice(0, 50).map(async (row) => (await fast.score([row], { reasons: true }))[0]),
    )
    singles.forEach((score, row) => {
      expect(score?.probability).toBeCloseTo(a[row]?.probability ?? 9, 6)
      expect(score?.reasons).toEqual(a[row]?.reasons)
    })
  })

  test('reasons, fit and engagement add up to the margin of the probability that ONNX Runtime gave', async () => {
    const model = await randomModel(4)
    const scorer = createScorer(model, isolateRuntime, isolateSessions)
    const next = uniform(5)
    const scores = await scorer.score(
      Array.from({ length: 200 }, () => randomFeatures(next)),
      { reasons: true },
    )
    for (const score of scores) {
      const reasons = score.reasons.reduce((sum, reason) => sum + reason.contribution, 0)
      expect(sigmoid(reasons + model.manifest.base)).toBeCloseTo(score.probability, 5)
      expect((score.fit ?? 9) + (score.engagement ?? 9)).toBeCloseTo(reasons, 6)
    }
  })

  test('boosted trees agree with their walker, and their reasons add up to the margin', async () => {
    const model = await randomTrees(7)
    const fast = createScorer(model, isolateRuntime, isolateSessions)
    const plain = createScorer(model, absentRuntime('no runtime here'), createSessionCache(1))
    const next = uniform(8)
    const rows = Array.from({ length: 300 }, () => randomFeatures(next))
    const [a, b] = await Promise.all([
      fast.score(rows, { reasons: true }),
      plain.score(rows, { reasons: false }),
    ])
    expect(fast.engine()).toEqual({ kind: 'onnxruntime' })
    const gaps = a.map((score, row) => Math.abs(score.probability - (b[row]?.probability ?? 9)))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1e-5)
    expect(new Set(a.map(({ probability }) => probability)).size).toBeGreaterThan(100)
    expect(b[0]).toMatchObject({ fit: null, engagement: null, reasons: [] })
    const margins = ensembleMargins(model.ensemble, encodeRows(model.manifest.columns, rows))
    const { expected } = wholeShap(model.ensemble)
    a.forEach((score, row) => {
      const reasons = score.reasons.reduce((sum, reason) => sum + reason.contribution, 0)
      expect(reasons).toBeCloseTo((margins[row] ?? 9) - expected, 5)
      expect((score.fit ?? 9) + (score.engagement ?? 9)).toBeCloseTo(reasons, 6)
    })
  })

  test('more models than the cache holds are all scored rightly', async () => {
    const rows = smallestBatch(uniform(6))
    const models = await Promise.all([10, 11, 12, 13, 14, 15].map(randomModel))
    const scorers = await Promise.all(
      models.map((model) => createScorer(model, isolateRuntime, isolateSessions)),
    )
    const round = () => Promise.all(scorers.map((scorer) => scorer.score(rows, { reasons: false })))
    const first = await round()
    const second = await round()
    expect(second).toEqual(first)
    expect(new Set(first.map(([score]) => score?.probability)).size).toBe(models.length)
    expect(scorers.map((scorer) => scorer.engine().kind)).toEqual(models.map(() => 'onnxruntime'))
    expect(isolateSessions.keys().length).toBeLessThanOrEqual(4)
  })
})
