import { describe, expect, test } from 'vitest'
import { FEATURES, featuresOf } from '#shared/features/registry.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { captureCall } from './capture-calls.ts'
import { type Simulation, simulateJourneys } from './journeys.ts'
import { trainingRows } from './training-rows.ts'

const DAY_MS = 86_400_000
const to = Date.UTC(2026, 8, 1)
const simulation: Simulation = {
  seed: 3,
  companies: 60,
  visitors: 1500,
  from: to - 150 * DAY_MS,
  to,
}
const rows = trainingRows(simulation)
const people = [...simulateJourneys(simulation)].flatMap((j) => (j.kind === 'person' ? [j] : []))

describe('training rows', () => {
  test('are the same for the same seed, in the order of time', () => {
    expect(trainingRows(simulation)).toEqual(rows)
    expect(rows.map((row) => row.at)).toEqual(rows.map((row) => row.at).sort((a, b) => a - b))
  })

  test('know only what the visitor had done by then', () => {
    const sample = rows.filter((_, index) => index % 50 === 0)
    expect(sample.length).toBeGreaterThan(20)
    const events = people.flatMap((journey) => journey.calls.map(captureCall))
    for (const { at, visitorId, features } of sample) {
      const known = events.filter((e) => e.visitorId === visitorId && e.occurredAt <= at)
      const profile = known.reverse().reduce(foldEvent, emptyProfile(visitorId))
      expect(featuresOf(profile, at)).toEqual(features)
    }
  })

  test('lie before the conversion, with a full outcome window behind them', () => {
    const outcomes = new Map(
      people.flatMap((j) => j.calls.map((call) => [call.anonymousId, j.convertedAt] as const)),
    )
    for (const { at, visitorId, converted } of rows) {
      const convertedAt = outcomes.get(visitorId) ?? null
      expect(at + OUTCOME_WINDOW_MS).toBeLessThanOrEqual(to)
      if (convertedAt !== null) expect(at).toBeLessThan(convertedAt)
      expect(converted).toBe(convertedAt !== null && convertedAt <= at + OUTCOME_WINDOW_MS)
    }
  })

  test('hold both outcomes in a share that can be learned from, and all features', () => {
    const share = rows.filter((row) => row.converted).length / rows.length
    expect(share).toBeGreaterThan(0.01)
    expect(share).toBeLessThan(0.2)
    for (const row of rows) expect(Object.keys(row.features)).toHaveLength(FEATURES.length)
  })

  test('show the ground truth: visitors about to convert see pricing more often', () => {
    const mean = (converted: boolean) => {
      const group = rows.filter((row) => row.converted === converted)
      return group.reduce((sum, r) => sum + Number(r.features.pricing_views_7d), 0) / group.length
    }
    expect(mean(true)).toBeGreaterThan(3 * mean(false))
  })
})
