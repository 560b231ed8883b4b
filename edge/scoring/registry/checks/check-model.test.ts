import { describe, expect, test } from 'vitest'
import { absentRuntime } from '../../absent-runtime.fixture.ts'
import { importedTrees, NOTHING_KNOWN } from '../../imported.fixture.ts'
import { randomModel } from '../../model.fixture.ts'
import type { OnnxRuntime } from '../../onnx-runtime.ts'
import { createScorer } from '../../scorer.ts'
import type { ScoringModel } from '../../served-model.ts'
import { createSessionCache } from '../../session-cache.ts'
import type { JudgedScore } from '../../watching/judged-scores.ts'
import { type CheckDeps, checkModel } from './check-model.ts'

const steady: OnnxRuntime = {
  ...absentRuntime(''),
  state: () => ({ kind: 'ready' }),
  open: async () => ({
    // No number for whoever saw pricing nine million times.
    run: async (rows, count) =>
      Float32Array.from({ length: count }, (_, row) => (rows[row * 4] === 9e6 ? Number.NaN : 0.25)),
    release: async () => undefined,
  }),
}
const champion = createScorer(await randomModel(1), absentRuntime(''), createSessionCache(1))

async function checked(
  model: ScoringModel,
  runtime = steady,
  outcomes: JudgedScore[] = [],
): Promise<{ verdicts: string[]; judgedAfter: number[] }> {
  const judgedAfter: number[] = []
  const deps: CheckDeps = {
    runtime,
    scorerOf: (files) => createScorer(files, runtime, createSessionCache(1)),
    champion,
    recentFeatures: async () => [NOTHING_KNOWN],
    async judged(after) {
      judgedAfter.push(after)
      return outcomes
    },
    tick: async () => 0,
  }
  const checks = await checkModel(model, deps)
  return { verdicts: checks.map(({ check, verdict }) => `${check} ${verdict}`), judgedAfter }
}

const imported = await importedTrees()
const withManifest = (more: object): ScoringModel =>
  Object.assign({}, imported, { manifest: { ...imported.manifest, ...more } })

describe('the checks of an imported model', () => {
  test('look at outcomes after its import, or after the training that its sender states', async () => {
    const at = Date.UTC(2026, 5, 1)
    const entered = 'imported' in imported.manifest ? { ...imported.manifest.imported, at } : null
    const unknown = await checked(withManifest({ imported: entered }))
    expect(unknown.judgedAfter).toEqual([at])
    expect(unknown.verdicts).toEqual([
      'features passed',
      'file passed',
      'parity passed',
      'time passed',
      'outcomes unknown',
    ])
    const trainedOn = { from: 1, to: 77, rows: 1, converted: 0, source: 'stated', l2: null }
    const stated = await checked(withManifest({ imported: entered, trainedOn }))
    expect(stated.judgedAfter).toEqual([77])
  })

  test('end with parity where ONNX Runtime cannot start, and nothing is judged', async () => {
    const { verdicts, judgedAfter } = await checked(imported, absentRuntime('no memory'))
    expect(verdicts).toEqual(['features passed', 'file passed', 'parity failed'])
    expect(judgedAfter).toEqual([])
  })

  test('fail, and do not break off, where a visitor with known outcome gets no number', async () => {
    const features = { ...NOTHING_KNOWN, pricing_views_7d: 9e6 }
    const judged = [{ visitorId: 'v-1', features, probability: 0.5, converted: true }]
    const { verdicts } = await checked(imported, steady, judged)
    expect(verdicts.at(-1)).toBe('outcomes failed')
  })
})
