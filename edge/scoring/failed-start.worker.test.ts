import { describe, expect, test } from 'vitest'
import { importedTrees, NOTHING_KNOWN } from './imported.fixture.ts'
import { randomModel } from './model.fixture.ts'
import { createOnnxRuntime, type OnnxSession } from './onnx-runtime.ts'
import { createScorer, WALKED_ROWS_MAX } from './scorer.ts'
import { createSessionCache } from './session-cache.ts'
import unlinkableWasm from './unlinkable.fixture.wasm'

/** As few rows as ONNX Runtime is asked for. */
const BATCH = Array.from({ length: WALKED_ROWS_MAX + 1 }, () => NOTHING_KNOWN)

describe('an isolate in which ONNX Runtime cannot start', () => {
  test('leads are still scored, by the walker, with reasons, and the scorer says so', async () => {
    const runtime = createOnnxRuntime(unlinkableWasm)
    const sessions = createSessionCache<OnnxSession>(2)
    const scorer = createScorer(await randomModel(1), runtime, sessions)
    const [score] = await scorer.score(BATCH, { reasons: true })
    expect(score?.probability).toBeGreaterThan(0)
    expect(score?.reasons.length).toBeGreaterThan(0)
    expect(scorer.engine()).toMatchObject({
      kind: 'walker',
      reason: expect.stringContaining('ONNX Runtime could not start'),
    })
  })

  test('an imported model, which no walker reads, is stood in for by the one that ships', async () => {
    const runtime = createOnnxRuntime(unlinkableWasm)
    const sessions = createSessionCache<OnnxSession>(2)
    const starter = createScorer(await randomModel(1), runtime, sessions)
    const model = await importedTrees()
    const scorer = createScorer(model, runtime, sessions, async () => starter)
    const [score] = await scorer.score(BATCH, { reasons: true })
    expect(score).toMatchObject({ modelVersion: starter.manifest.version })
    expect(scorer.engine()).toMatchObject({
      kind: 'stand_in',
      by: 'walker',
      reason: expect.stringContaining('ONNX Runtime could not start'),
    })
    const alone = createScorer(model, runtime, sessions)
    await expect(alone.score([NOTHING_KNOWN], { reasons: true })).rejects.toMatchObject({
      kind: 'no_score',
    })
  })

  test('the failed start is final: it is not tried again, and the reason stays', async () => {
    const runtime = createOnnxRuntime(unlinkableWasm)
    const { onnx } = await randomModel(1)
    const names = { input: 'X', output: 'probability' }
    await expect(runtime.open(onnx, names)).rejects.toMatchObject({ kind: 'start_failed' })
    const failed = runtime.state()
    expect(failed.kind).toBe('failed')
    await expect(runtime.open(onnx, names)).rejects.toMatchObject({ kind: 'start_failed' })
    expect(runtime.state()).toEqual(failed)
  })

  test('a start that never answers is given up, and the next score does not wait for it', async () => {
    const runtime = createOnnxRuntime(unlinkableWasm, 20)
    const never = new Promise<never>(() => undefined)
    await expect(runtime.whileStarting(never)).rejects.toMatchObject({ kind: 'start_failed' })
    expect(runtime.state()).toMatchObject({
      kind: 'failed',
      reason: 'ONNX Runtime could not start: no answer within 20 ms',
    })
    const sessions = createSessionCache<OnnxSession>(2)
    const scorer = createScorer(await randomModel(1), runtime, sessions)
    await scorer.score(BATCH, { reasons: false })
    expect(scorer.engine()).toMatchObject({ kind: 'walker' })
    expect(sessions.keys()).toEqual([])
  })
})
