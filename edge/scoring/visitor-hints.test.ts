import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import { afterNextActions } from '#shared/features/next-actions.ts'
import { featuresOf } from '#shared/features/registry.ts'
import { visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { absentRuntime } from './absent-runtime.fixture.ts'
import { randomModel, randomTrees } from './model.fixture.ts'
import { createScorer } from './scorer.ts'
import type { ScoringModel } from './served-model.ts'
import { createSessionCache } from './session-cache.ts'
import { visitorHints } from './visitor-hints.ts'

const NOW = Date.UTC(2026, 1, 15, 9)

describe.each<[string, () => Promise<ScoringModel>]>([
  ['a linear model', () => randomModel(3)],
  ['trees', () => randomTrees(4, { trees: 60, leaves: 31 })],
])('hints of %s', (_what, modelOf) => {
  test('claim what scoring the changed profile gives, and never less than before', async () => {
    const model = await modelOf()
    const scorer = createScorer(model, absentRuntime('not in this test'), createSessionCache(1))
    let given = 0
    await fc.assert(
      fc.asyncProperty(visitorEvents, async (events) => {
        const unconverted = events.filter(({ name }) => name !== CONVERSION_EVENT)
        const profile = unconverted.reduce(foldEvent, emptyProfile('visitor-1'))
        const [score] = await scorer.score([featuresOf(profile, NOW)], { reasons: false })
        if (!score) throw new Error('No score.')
        const hints = await visitorHints(scorer, score, profile, NOW, null)
        expect(await visitorHints(scorer, score, profile, NOW, null)).toEqual(hints)
        expect(hints.length).toBeLessThanOrEqual(3)
        given += hints.length
        const changed = afterNextActions(profile, NOW)
        for (const { action, grade, points, probability } of hints) {
          const features = changed.find((each) => each.action === action)?.features ?? {}
          const alone = await scorer.score([features], { reasons: false })
          expect(alone).toMatchObject([{ grade, points, probability }])
          expect(probability).toBeGreaterThan(score.probability)
          expect(grade <= score.grade && points >= score.points).toBe(true)
        }
        const best = hints[0]?.probability ?? 1
        expect(hints.every((hint) => hint.probability <= best)).toBe(true)
      }),
      { numRuns: 40 },
    )
    expect(given).toBeGreaterThan(20)
  })
})
