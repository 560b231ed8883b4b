import { describe, expect, test } from 'vitest'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { importedTrees, NOTHING_KNOWN } from './imported.fixture.ts'
import { randomModel } from './model.fixture.ts'
import { ModelError } from './model-error.ts'
import { type OnnxRuntime, OnnxRuntimeError } from './onnx-runtime.ts'
import { createScorer } from './scorer.ts'
import { createSessionCache } from './session-cache.ts'

const model = await importedTrees()
const starter = createScorer(
  await randomModel(5),
  absentRuntime('not in this test'),
  createSessionCache(1),
)
const KNOWN = { ...NOTHING_KNOWN, pricing_views_7d: 3, has_company_email: true }

/** A runtime whose every model gives this probability to a row of its four columns. */
function runtimeOf(
  probabilityOf: (row: Float32Array) => number,
  batches: number[] = [],
): OnnxRuntime {
  return {
    state: () => ({ kind: 'ready' }),
    open: async () => ({
      async run(rows, count) {
        batches.push(count)
        return Float32Array.from({ length: count }, (_, row) =>
          probabilityOf(rows.subarray(row * 4, row * 4 + 4)),
        )
      },
      release: async () => undefined,
    }),
    whileStarting: (work) => work,
  }
}

const scorerWith = (runtime: OnnxRuntime, standIn?: () => Promise<typeof starter>) =>
  createScorer(model, runtime, createSessionCache(1), standIn)
const standIn = async () => starter

describe('a model that only ONNX Runtime reads', () => {
  test('is scored by the model that ships where ONNX Runtime cannot start, and the score names that one', async () => {
    const scorer = scorerWith(absentRuntime('ONNX Runtime could not start: no memory'), standIn)
    const scores = await scorer.score([KNOWN, NOTHING_KNOWN], { reasons: true })
    expect(scores).toEqual(await starter.score([KNOWN, NOTHING_KNOWN], { reasons: true }))
    expect(scores[0]?.modelVersion).toBe(starter.manifest.version)
    expect(scorer.engine()).toMatchObject({
      kind: 'stand_in',
      by: 'walker',
      model: starter.manifest.version,
      reason: 'ONNX Runtime could not start: no memory',
    })
  })

  test('is scored by the model that ships where ONNX Runtime refuses it', async () => {
    const refuses: OnnxRuntime = {
      ...runtimeOf(() => 0.5),
      open: () => Promise.reject(new OnnxRuntimeError('model_refused', 'No such operator.', null)),
    }
    const scorer = scorerWith(refuses, standIn)
    const [score] = await scorer.score([KNOWN], { reasons: false })
    expect(score?.modelVersion).toBe(starter.manifest.version)
    expect(scorer.engine()).toMatchObject({ kind: 'stand_in', reason: 'No such operator.' })
  })

  test('makes no page wait for a start of ONNX Runtime', async () => {
    const cold: OnnxRuntime = { ...runtimeOf(() => 0.5), state: () => ({ kind: 'cold' }) }
    const options = { reasons: false, whenCold: 'walk' } as const
    const [score] = await scorerWith(cold, standIn).score([KNOWN], options)
    expect(score?.modelVersion).toBe(starter.manifest.version)
  })

  test('is not judged by what another model says: without a stand-in there is an error', async () => {
    const alone = scorerWith(absentRuntime('not in this test')).score([KNOWN], { reasons: false })
    await expect(alone).rejects.toThrow(ModelError)
    await expect(alone).rejects.toMatchObject({ kind: 'no_score' })
  })

  test('hands only the rows without a probability to the stand-in, and keeps their order', async () => {
    const runtime = runtimeOf(([pricing = 0]) => (pricing > 1 ? Number.NaN : 0.25))
    const rows = [1, 5, 0, 7].map((pricing) => ({ ...KNOWN, pricing_views_7d: pricing }))
    const scores = await scorerWith(runtime, standIn).score(rows, { reasons: false })
    const [, second, , fourth] = await starter.score(rows, { reasons: false })
    const own = expect.objectContaining({ probability: 0.25, modelVersion: model.manifest.version })
    expect(scores).toEqual([own, second, own, fourth])
  })

  test('says by one batch what the score would be without each known feature, as approximate', async () => {
    const batches: number[] = []
    const sigmoid = (margin: number) => 1 / (1 + Math.exp(-margin))
    // Log-odds 0.5 a pricing visit, 1 for a company address, 0 where they are not known.
    const runtime = runtimeOf(
      ([pricing = 0, , email = 0]) => sigmoid(0.5 * (pricing || 0) + (email || 0) - 2),
      batches,
    )
    const scorer = scorerWith(runtime, standIn)
    const [score, unknown] = await scorer.score([KNOWN, NOTHING_KNOWN], { reasons: true })
    expect(batches).toEqual([4])
    expect(score?.reasons).toMatchObject([
      { feature: 'pricing_views_7d', text: 'visited pricing 3 times this week (approximate)' },
      { feature: 'has_company_email', text: 'has a company e-mail address (approximate)' },
    ])
    expect(score?.engagement).toBeCloseTo(1.5, 4)
    expect(score?.fit).toBeCloseTo(1, 4)
    expect(unknown).toMatchObject({ reasons: [], fit: 0, engagement: 0 })
    expect(scorer.engine()).toEqual({ kind: 'onnxruntime' })
  })

  test('runs each row once where nobody asks why', async () => {
    const batches: number[] = []
    const scorer = scorerWith(
      runtimeOf(() => 0.5, batches),
      standIn,
    )
    const [score] = await scorer.score([KNOWN, KNOWN], { reasons: false })
    expect(batches).toEqual([2])
    expect(score).toMatchObject({ points: 50, reasons: [], fit: null, engagement: null })
  })

  test('is not made of a file that no import writes', async () => {
    const { onnx } = await randomModel(1)
    expect(() =>
      createScorer(
        { ...model, onnx },
        runtimeOf(() => 0),
        createSessionCache(1),
      ),
    ).toThrow(/is not its manifest's/)
  })
})
