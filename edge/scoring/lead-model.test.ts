import { describe, expect, test } from 'vitest'
import { leadRows } from '#models/lead/rows.fixture.ts'
import { trainLead } from '#models/lead/train-lead.ts'
import { PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { runOnnx, worstGap } from '#models/onnx/onnx-session.fixture.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { createScorer } from './scorer.ts'
import { createSessionCache } from './session-cache.ts'

/** What ONNX Runtime and the walker may differ by, as for every model. */
const MOST_GAP = 1e-5

describe('a model trained on a workspace', () => {
  test.each([
    ['logistic-regression', leadRows(1_200, 4)],
    // A head count that matters only with pricing, which no sum of weights can say.
    [
      'gradient-boosted-trees',
      leadRows(2_000, 5).map((row) => ({
        ...row,
        converted:
          Number(row.features.pricing_views_7d) >= 3 === Number(row.features.employees) > 100,
      })),
    ],
  ])(
    'scores at the edge with reasons, as %s, and ONNX Runtime says the same',
    async (algorithm, rows) => {
      const { onnx, manifest } = trainLead(rows, {
        workspace: 'acme',
        knownBy: 'received',
        outcomeWindowMs: OUTCOME_WINDOW_MS,
      })
      expect(manifest.algorithm).toBe(algorithm)
      const features = rows.map((row) => row.features)
      const runtime = absentRuntime('not in this test')
      const scorer = createScorer({ onnx, manifest }, runtime, createSessionCache(1))
      const scores = await scorer.score(features, { reasons: true })
      const encoded = encodeRows(manifest.columns, features)
      const [run] = await runOnnx(onnx, encoded, manifest.columns.length, [PROBABILITY_OUTPUT])
      expect(scores).toHaveLength(rows.length)
      const walked = scores.map((score) => score.probability)
      expect(worstGap(run?.data ?? [], walked)).toBeLessThan(MOST_GAP)
      expect(Math.max(...walked) - Math.min(...walked)).toBeGreaterThan(0.3)
      for (const score of scores) {
        expect(score).toMatchObject({ calibrated: true, modelVersion: manifest.version })
        expect(score.reasons.length).toBeGreaterThan(0)
      }
    },
  )
})
