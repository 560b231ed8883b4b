import { describe, expect, test } from 'vitest'
import { FEATURES, featuresOf } from '#shared/features/registry.ts'
import { capturedEvent } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { Score } from '#shared/scoring/score.ts'
import { WALKED_ROWS_MAX } from './scorer.ts'
import { starterScorer } from './starter-scorer.ts'
import { visitorHints } from './visitor-hints.ts'

const NOW = Date.UTC(2026, 10, 2, 9)
const nothingKnown = Object.fromEntries(FEATURES.map((feature) => [feature.name, null]))

describe('the model that ships, in workerd', () => {
  test('it scores from the bundle with ONNX Runtime and says that it is not calibrated', async () => {
    const scorer = await starterScorer()
    const profile = { ...emptyProfile('v-1'), firstSeenAt: NOW, lastSeenAt: NOW }
    const batch = Array.from({ length: WALKED_ROWS_MAX + 1 }, () => featuresOf(profile, NOW))
    const [score] = await scorer.score(batch, { reasons: true })
    expect(Score.parse(score)).toEqual(score)
    expect(score).toMatchObject({ calibrated: false, modelVersion: scorer.manifest.version })
    expect(scorer.engine()).toEqual({ kind: 'onnxruntime' })
  })

  test('a lead who looks ready to buy ranks above one who looks for a job', async () => {
    const scorer = await starterScorer()
    const [buyer, applicant, unknown] = await scorer.score(
      [
        {
          ...nothingKnown,
          pricing_views_7d: 4,
          pricing_views_30d: 5,
          return_visits: 3,
          form_submits_30d: 1,
          has_company_email: true,
          job_seniority: 'director',
          days_since_last_visit: 0,
        },
        { ...nothingKnown, careers_views_30d: 4, job_seniority: 'student', pricing_views_7d: 0 },
        nothingKnown,
      ],
      { reasons: true },
    )
    expect(buyer?.grade).toBe('A')
    expect(applicant?.grade).toBe('D')
    expect(buyer?.points).toBeGreaterThan(unknown?.points ?? 100)
    const careers = applicant?.reasons.find((reason) => reason.feature === 'careers_views_30d')
    expect(careers?.contribution).toBeLessThan(0)
    expect(careers?.text).toBe('looked at careers 4 times in 30 days')
  })

  test('a reader of one page is told what would raise the score, by the same model', async () => {
    const scorer = await starterScorer()
    const visit = capturedEvent({ occurredAt: NOW - 60_000, path: '/blog/a' })
    const profile = foldEvent(emptyProfile('v-1'), visit)
    const [score] = await scorer.score([featuresOf(profile, NOW)], { reasons: false })
    if (!score) throw new Error('No score.')
    const hints = await visitorHints(scorer, score, profile, NOW, null)
    expect(hints).toHaveLength(3)
    for (const { points, text } of hints) {
      expect(points).toBeGreaterThan(score.points)
      expect(text).toMatch(/^[A-Z].* would (lift this from [B-D] to [A-C]|add \d+ points?)\.$/)
    }
  })
})
