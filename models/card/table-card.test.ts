import { describe, expect, test } from 'vitest'
import { aucGap, qualityOf } from '../metrics/quality.ts'
import { seededUniform } from '../random/seeded.ts'
import { CARD_PLOTS, TableModelCard, tableCardMarkdown } from './table-card.ts'

const uniform = seededUniform(3)
const probabilities = Float64Array.from({ length: 3_000 }, () => uniform() ** 2)
const outcomes = Uint8Array.from(probabilities, (p) => (uniform() < p ? 1 : 0))
const blurred = probabilities.map((p) => (p + uniform()) / 2)

const card = TableModelCard.parse({
  name: 'Leads',
  version: 'leads-1',
  algorithm: 'gradient-boosted trees',
  data: { source: 'leads.csv', rows: 3_000, positives: 1_000, label: 'converted', positive: 'yes' },
  validation: { kind: 'folds', folds: 5, seed: 0 },
  quality: qualityOf({ probabilities, outcomes }, 0),
  logistic: qualityOf({ probabilities: blurred, outcomes }, 0),
  aucGap: aucGap(outcomes, probabilities, blurred),
  calibration: { kind: 'platt', logLoss: { uncalibrated: 0.5, platt: 0.45, isotonic: 0.46 } },
  features: [{ name: 'visits | week', type: 'number', missing: 0.125 }],
  dropped: [{ name: 'id', reason: 'id', why: 'It names the row.' }],
  warnings: [
    { column: 'tags', kind: 'filled_after', severity: 'warning', message: '"tags" knows it.' },
  ],
  importance: [{ column: 'visits | week', aucLost: 0.1, deviation: 0.01, shap: 0.5 }],
  drift: [],
  notes: ['The file is in UTF-16.'],
})

describe('the card of a model of a table', () => {
  const markdown = tableCardMarkdown(card)

  test('it says in words what the figures mean and links every plot', () => {
    expect(markdown).toMatch(/puts the right one first in 8\d\./)
    expect(markdown).toContain('It orders better than logistic regression')
    expect(markdown).toContain('**Warning.** "tags" knows it.')
    expect(markdown).toContain('(33.3 %) have "yes" as "converted"')
    for (const file of Object.values(CARD_PLOTS)) expect(markdown).toContain(`](${file})`)
    expect(markdown).not.toMatch(/NaN|undefined|null/)
  })

  test('a bar in a column name does not break its table', () => {
    expect(markdown).toContain('visits \\| week')
  })

  test('where the rival is as good or better, it says so', () => {
    const alike = { value: 0.001, low: -0.002, high: 0.004 }
    expect(tableCardMarkdown({ ...card, aucGap: alike })).toContain('cannot be told from logistic')
    const worse = { value: -0.01, low: -0.014, high: -0.006 }
    expect(tableCardMarkdown({ ...card, aucGap: worse })).toContain('prefer it')
  })

  test('it survives being written as JSON', () => {
    expect(TableModelCard.parse(JSON.parse(JSON.stringify(card)))).toEqual(card)
  })
})
