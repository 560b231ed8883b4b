import { beforeAll, describe, expect, test } from 'vitest'
import { groundTruth } from '#dev/traffic/ground-truth.ts'
import { type PersonJourney, type Simulation, simulateJourneys } from '#dev/traffic/journeys.ts'
import { type TrainingRow, trainingRows } from '#dev/traffic/training-rows.ts'
import { servedModel } from '#edge/scoring/served-model.ts'
import { type LeadArtifacts, trainLead } from '#models/lead/train-lead.ts'
import { trainAndTest } from '#models/manifest/periods.ts'
import { auc } from '#models/metrics/metrics.ts'
import { PROBABILITY_OUTPUT } from '#models/onnx/names.ts'
import { runOnnx, worstGap } from '#models/onnx/onnx-session.fixture.ts'
import { seededUniform, shuffle } from '#models/random/seeded.ts'
import { encodeRows } from '#shared/scoring/encoding.ts'
import { gradeOf, pointsOf } from '#shared/scoring/grading.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import type { TrainingRow as LeadRow } from '#shared/training/training-row.ts'

const DAY_MS = 86_400_000
const TO = Date.UTC(2026, 10, 1)
const SIMULATION: Simulation = {
  seed: 33,
  visitors: 3_500,
  companies: 300,
  from: TO - 180 * DAY_MS,
  to: TO,
}
const OPTIONS = {
  workspace: 'demo',
  knownBy: 'received',
  outcomeWindowMs: OUTCOME_WINDOW_MS,
} as const

/** What ONNX Runtime and the walker may differ by, as for every model that the edge serves. */
const MOST_GAP = 1e-5

let rows: TrainingRow[]
let trees: LeadArtifacts

beforeAll(() => {
  rows = trainingRows(SIMULATION)
  trees = trainLead(rows, OPTIONS)
})

/** The person behind each device. */
function peopleByDevice(): Map<string, PersonJourney> {
  return new Map(
    [...simulateJourneys(SIMULATION)].flatMap((journey) =>
      journey.kind === 'person'
        ? journey.calls.map((call): [string, PersonJourney] => [call.anonymousId, journey])
        : [],
    ),
  )
}

describe('a lead model of simulated visitors', () => {
  test('orders later visitors nearly as well as the simulation’s own truth does', () => {
    const people = peopleByDevice()
    const { test: later } = trainAndTest(rows, OUTCOME_WINDOW_MS)
    const intents = later.map(({ visitorId, at }) => {
      const person = people.get(visitorId)
      if (!person) throw new Error(`Nobody has the device ${visitorId}.`)
      return groundTruth(person, at).intent
    })
    const outcomes = later.map((row) => (row.converted ? 1 : 0))
    const bound = auc({ probabilities: intents, outcomes })
    // The truth knows each person's taste and employer, which no feature shows.
    expect(bound).toBeGreaterThan(0.9)
    expect(trees.card.metrics.auc).toBeGreaterThan(bound - 0.02)
    expect(trees.card.metrics.ece).toBeLessThan(0.02)
  })

  test('has smaller losses than logistic regression on the test, which did not choose it', () => {
    const { algorithm, trees: ours, logistic } = trees.card
    expect(algorithm).toBe('gradient-boosted-trees')
    expect(ours.quality.logLoss.value).toBeLessThan(logistic.quality.logLoss.value)
    expect(trees.card.baseline.logLoss).toBeGreaterThan(1.2 * ours.quality.logLoss.value)
  })

  test('leans on what makes simulated people convert, and not on it once it is dealt out by chance', () => {
    const strongest = trees.card.effects.slice(0, 4).map(({ feature }) => feature)
    const driver = 'docs_views_7d'
    expect(strongest).toContain(driver)
    expect(strongest.some((feature) => feature.startsWith('pricing_views'))).toBe(true)
    const order = shuffle(Uint32Array.from(rows.keys()), seededUniform(1))
    const noisy = rows.map((row, index): LeadRow => {
      const other = rows[order[index] ?? 0]?.features[driver] ?? null
      return { ...row, features: { ...row.features, [driver]: other } }
    })
    const { effects } = trainLead(noisy, OPTIONS).card
    const effectOf = (of: typeof effects) =>
      of.find(({ feature }) => feature === driver)?.meanAbsContribution ?? 0
    expect(effectOf(effects)).toBeLessThan(0.1 * effectOf(trees.card.effects))
    expect(effects.slice(0, 10).map(({ feature }) => feature)).not.toContain(driver)
    expect(effects[0]?.feature).toMatch(/^pricing_views/)
  })
})

describe('the edge’s own code', () => {
  test('reads the trees, and agrees with ONNX Runtime on every row, gaps and all', async () => {
    const { onnx, manifest } = trees
    expect(rows.some((row) => row.features.employees === null)).toBe(true)
    const encoded = encodeRows(
      manifest.columns,
      rows.map((row) => row.features),
    )
    const [run] = await runOnnx(onnx, encoded, manifest.columns.length, [PROBABILITY_OUTPUT])
    const walked = servedModel({ manifest, onnx }).walk(encoded)
    expect(walked).toHaveLength(rows.length)
    expect(worstGap(run?.data ?? [], walked)).toBeLessThan(MOST_GAP)
  })

  test('gives a tenth of the training rows an A, and points that rank them', () => {
    const { onnx, manifest } = trees
    const { training } = trainAndTest(rows, OUTCOME_WINDOW_MS)
    const encoded = encodeRows(
      manifest.columns,
      training.map((row) => row.features),
    )
    const probabilities = Array.from(servedModel({ manifest, onnx }).walk(encoded))
    const graded = probabilities.filter((p) => gradeOf(p, manifest.grades) === 'A')
    expect(graded.length / probabilities.length).toBeCloseTo(0.1, 1)
    const lower = probabilities.filter((p) => pointsOf(p, manifest.pointKnots) < 50)
    expect(lower.length / probabilities.length).toBeCloseTo(0.5, 1)
  })
})
