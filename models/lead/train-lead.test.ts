import { describe, expect, test } from 'vitest'
import { TrainedManifest } from '#shared/scoring/manifest.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import { TrainingError } from '../logistic/train.ts'
import { auc } from '../metrics/metrics.ts'
import { seededUniform, shuffle } from '../random/seeded.ts'
import { fitAndValidation } from './fit-and-validation.ts'
import { LeadCard, leadCardMarkdown } from './lead-card.ts'
import { FIRST_AT, leadRows } from './rows.fixture.ts'
import { trainLead } from './train-lead.ts'

const DAY_MS = 86_400_000
const options = {
  workspace: 'acme',
  knownBy: 'received',
  outcomeWindowMs: OUTCOME_WINDOW_MS,
} as const
const rows = leadRows(1_600, 1)
const trained = trainLead(rows, options)

describe('a lead model', () => {
  test('says of itself what a manifest and a card must say', () => {
    const { manifest, card, plots } = trained
    expect(TrainedManifest.parse(manifest)).toEqual(manifest)
    expect(LeadCard.parse(JSON.parse(JSON.stringify(card)))).toEqual(card)
    expect(manifest.version).toMatch(/^lead-2026\d{4}-[0-9a-f]{8}$/)
    expect(manifest.calibrated).toBe(true)
    expect(manifest.pointKnots).toEqual(manifest.pointKnots.toSorted((a, b) => a - b))
    expect(manifest.trainedOn.to + OUTCOME_WINDOW_MS).toBeLessThan(manifest.testedOn.from)
    const shipped = card.algorithm === card.trees.algorithm ? card.trees : card.logistic
    expect(manifest.metrics.auc).toBeCloseTo(shipped.quality.auc.value, 10)
    const markdown = leadCardMarkdown(card)
    for (const [, plot] of markdown.matchAll(/\]\((\w+\.svg)\)/g)) {
      expect(plots[plot ?? '']).toContain('<svg')
    }
    expect(markdown).toContain('received')
  })

  test('orders unseen rows nearly as the truth does, and gives the better of two models', () => {
    const { card } = trained
    const latest = rows.slice(-400)
    const truth = latest.map(({ features }) => {
      const size = Number(features.employees ?? 0) > 100 ? 1.2 : 0
      return 0.7 * Number(features.pricing_views_7d) + size
    })
    const outcomes = latest.map((row) => (row.converted ? 1 : 0))
    const bound = auc({ probabilities: truth, outcomes })
    expect(card.metrics.auc).toBeGreaterThan(bound - 0.03)
    const losses = [card.trees.validationLogLoss, card.logistic.validationLogLoss]
    const isTrees = card.algorithm === 'gradient-boosted-trees'
    expect(losses[isTrees ? 0 : 1]).toBe(Math.min(...losses))
    expect(card.effects.slice(0, 2).map(({ feature }) => feature)).toEqual([
      'pricing_views_7d',
      'employees',
    ])
  })

  test('is the same to the last byte whatever the order of its rows', () => {
    const order = shuffle(Uint32Array.from(rows.keys()), seededUniform(5))
    const again = trainLead(
      Array.from(order, (index) => rows[index]).filter((row) => row !== undefined),
      options,
    )
    expect(Buffer.from(again.onnx).equals(trained.onnx)).toBe(true)
    expect(again.manifest).toEqual(trained.manifest)
    expect(again.card).toEqual(trained.card)
  })

  test('what the test period holds changes neither the model nor which one ships', () => {
    const from = trained.manifest.testedOn.from
    const otherwise = rows.map((row, index) =>
      row.at >= from ? { ...row, converted: index % 2 === 0 } : row,
    )
    const again = trainLead(otherwise, options)
    expect(Buffer.from(again.onnx).equals(trained.onnx)).toBe(true)
    expect(again.manifest.version).toBe(trained.manifest.version)
    expect(again.manifest.metrics.auc).toBeLessThan(0.65)
  })

  test.each([
    ['too few rows', rows.slice(0, 150), 'There are 150 training rows'],
    ['no rows', [], 'There are 0 training rows, of which 0 converted'],
    ['nobody converted', rows.map((row) => ({ ...row, converted: false })), 'of which 0 converted'],
    ['all converted', rows.map((row) => ({ ...row, converted: true })), 'nobody who did not'],
    [
      'a month of rows, of which nothing is left before the test',
      rows.map((row) => ({ ...row, at: FIRST_AT + ((row.at - FIRST_AT) * 15) / 120 })),
      'Of the 0 earliest rows',
    ],
  ])('is refused in a sentence with %s', (_, given, said) => {
    const train = () => trainLead(given, options)
    expect(train).toThrow(TrainingError)
    expect(train).toThrow(said)
  })
})

describe('rows to fit on and rows to choose by', () => {
  test('never share an outcome of one visitor, and only such rows are left out', () => {
    const { fit, validation } = fitAndValidation(rows, 14 * DAY_MS)
    const sharing = rows.filter(
      (row) =>
        !validation.includes(row) &&
        validation.some(
          (later) => later.visitorId === row.visitorId && later.at - row.at <= 14 * DAY_MS,
        ),
    )
    expect(fit.some((row) => sharing.includes(row))).toBe(false)
    expect(fit.length + validation.length + sharing.length).toBe(rows.length)
    expect(Math.max(...fit.map((row) => row.at))).toBeLessThan(
      Math.min(...validation.map((row) => row.at)),
    )
  })
})
