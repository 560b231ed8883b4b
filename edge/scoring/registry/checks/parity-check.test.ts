import { describe, expect, test } from 'vitest'
import { absentRuntime } from '../../absent-runtime.fixture.ts'
import { importedTrees, NOTHING_KNOWN } from '../../imported.fixture.ts'
import { randomModel } from '../../model.fixture.ts'
import type { OnnxRuntime } from '../../onnx-runtime.ts'
import { parityCheck } from './parity-check.ts'

const model = await importedTrees()
const visitors = [NOTHING_KNOWN, { ...NOTHING_KNOWN, pricing_views_7d: 4 }]

/** A runtime that gives the rows of one batch these probabilities. */
function runtimeOf(run: (count: number) => number[]): OnnxRuntime {
  return {
    ...absentRuntime('not in this test'),
    open: async () => ({
      run: async (_rows, count) => Float32Array.from(run(count)),
      release: async () => undefined,
    }),
  }
}

describe('a model that no walker reads', () => {
  test('passes where a row has the same probability alone as in a batch', async () => {
    const steady = runtimeOf((count) => Array<number>(count).fill(0.25))
    expect(await parityCheck(model, steady, visitors)).toMatchObject({
      verdict: 'passed',
      finding: expect.stringMatching(/^No walker reads this model.* over 8 rows\.$/),
    })
  })

  test('fails where other rows of the batch change the probability', async () => {
    const mixing = runtimeOf((count) => Array<number>(count).fill(1 / count))
    expect(await parityCheck(model, mixing, visitors)).toMatchObject({ verdict: 'failed' })
  })

  test('fails where a row has no probability', async () => {
    const blank = runtimeOf((count) => Array<number>(count).fill(Number.NaN))
    expect(await parityCheck(model, blank, visitors)).toMatchObject({ verdict: 'failed' })
  })

  test('fails where ONNX Runtime cannot start, for then nothing has read it', async () => {
    const absent = absentRuntime('no memory')
    expect(await parityCheck(model, absent, visitors)).toMatchObject({ verdict: 'failed' })
    expect(await parityCheck(await randomModel(1), absent, visitors)).toMatchObject({
      verdict: 'unknown',
    })
  })
})
