import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TableModelCard, tableCardMarkdown } from '../card/table-card.ts'
import { sigmoid } from '../onnx/linear-walker.ts'
import { seededUniform } from '../random/seeded.ts'
import { type ReadTableOptions, readTable } from '../table/read-table.ts'
import { isCategory, type Table } from '../table/table.ts'
import { fitInTurn, fitOnThreads } from './fold-threads.ts'
import { type Learner, logisticLearner } from './learner.ts'
import { trainOnTable } from './train-on-table.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'edgewise-train-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/**
 * Leads whose conversion follows visits and plan, a day apart each hundred rows; every tenth has no label
 * yet. `noted` is filled once a lead has converted.
 */
function leads(rows: number, seed: number): string {
  const uniform = seededUniform(seed)
  const lines = Array.from({ length: rows }, (_, row) => {
    const visits = Math.floor(uniform() * 10)
    const plan = uniform() < 0.5 ? 'pro' : 'basic'
    const won = uniform() < sigmoid(visits / 2 - 3 + (plan === 'pro' ? 1 : 0))
    const day = new Date(Date.UTC(2026, 0, 1 + Math.floor(row / 100))).toISOString().slice(0, 10)
    const label = row % 10 === 9 ? '' : won ? 'yes' : 'no'
    return [10_000 + row, day, visits, plan, won ? 'called back' : '', label].join(',')
  })
  return `id,created,visits,plan,noted,converted\n${lines.join('\n')}\n`
}

async function load(content: string, options: Partial<ReadTableOptions> = {}) {
  const path = join(folder, 'leads.csv')
  await writeFile(path, content)
  return readTable(path, { label: 'converted', drop: ['noted'], ...options })
}

const options = { name: 'Leads', version: 'v1', source: 'leads.csv' }

/** Knows nothing but the values of one column, higher being better. */
const byVisits: Learner<string> = {
  algorithm: 'counting visits',
  train: () => 'visits',
  margins: (name, { columns }: Table) => {
    const column = columns.find((other) => other.name === name)
    return column && !isCategory(column) ? Float64Array.from(column.values) : new Float64Array()
  },
}

describe('training on a table', () => {
  test('it proves the model on rows it has not seen, and is the same each time', async () => {
    const loaded = await load(leads(2_000, 1))
    const steps: string[] = []
    const trained = await trainOnTable(logisticLearner, loaded, {
      ...options,
      onProgress: (done, of) => steps.push(`${done}/${of}`),
    })
    const { card, plots } = trained
    expect(TableModelCard.parse(card)).toEqual(card)
    expect(card.data).toMatchObject({ rows: 1_800, label: 'converted', positive: 'yes' })
    expect(card.validation).toEqual({ kind: 'folds', folds: 5, seed: 0 })
    expect(card.quality.auc.value).toBeGreaterThan(0.78)
    expect(card.quality.ece.value).toBeLessThan(0.04)
    expect(card.aucGap).toEqual({ value: 0, low: 0, high: 0 })
    expect(card.importance[0]?.column).toBe('visits')
    expect(card.warnings).toEqual([])
    expect(card.notes).toContain('200 rows have no label and are left out.')
    expect(Object.keys(plots)).toEqual(['roc.svg', 'calibration.svg', 'lift.svg', 'scores.svg'])
    expect(steps[0]).toBe('0/14')
    expect(steps.at(-1)).toBe('14/14')
    expect(steps).toHaveLength(15)
    expect(await trainOnTable(logisticLearner, loaded, options)).toEqual(trained)
  })

  test('a model that is worse than logistic regression is said to be', async () => {
    const { card } = await trainOnTable(byVisits, await load(leads(3_000, 2)), options)
    expect(card.aucGap.high).toBeLessThan(0)
    expect(card.logistic.auc.value).toBeGreaterThan(card.quality.auc.value)
    expect(tableCardMarkdown(card)).toContain('better than counting visits here')
    expect(card.quality.ece.value).toBeLessThan(0.04)
  })

  test('with a time column, the latest rows are measured and only earlier ones learned', async () => {
    const loaded = await load(leads(2_000, 3), { time: 'created' })
    const { card } = await trainOnTable(logisticLearner, loaded, options)
    expect(card.validation).toEqual({ kind: 'later', column: 'created', share: 0.2 })
    expect(card.data.rows + card.quality.rows).toBe(1_800)
    expect(card.quality.rows).toBe(360)
    expect(card.quality.auc.value).toBeGreaterThan(0.75)
  })

  test('a test file is read like the training file and measured whole', async () => {
    const loaded = await load(leads(2_000, 4))
    const test = await load(leads(500, 5), { like: loaded.table.columns })
    const { card } = await trainOnTable(logisticLearner, loaded, {
      ...options,
      test: { loaded: test, name: 'later.csv' },
    })
    expect(card.validation).toEqual({ kind: 'file', name: 'later.csv' })
    expect([card.data.rows, card.quality.rows]).toEqual([1_800, 450])
    expect(card.quality.auc.value).toBeGreaterThan(0.75)
  })

  test('a column that is filled after the outcome is warned of', async () => {
    const { card } = await trainOnTable(
      logisticLearner,
      await load(leads(1_000, 6), { drop: [] }),
      options,
    )
    expect(card.warnings[0]).toMatchObject({ column: 'noted', severity: 'warning' })
  })

  test('too few rows and an outcome that only came late are refused', async () => {
    const few = await load(leads(150, 7))
    await expect(trainOnTable(logisticLearner, few, options)).rejects.toThrow(
      expect.objectContaining({ kind: 'too_little_data' }),
    )
    const [header = '', ...lines] = leads(1_000, 8).trim().split('\n')
    const late = lines.map((line, row) => line.replace(/yes$/, row < 850 ? 'no' : 'yes'))
    const loaded = await load([header, ...late].join('\n'), { time: 'created' })
    await expect(trainOnTable(logisticLearner, loaded, options)).rejects.toThrow(
      expect.objectContaining({ kind: 'too_little_data' }),
    )
  })

  test('on threads the model, its figures and its card are the same', async () => {
    const rows = await load(leads(30_000, 9))
    const [inTurn, onThreads] = await Promise.all([
      trainOnTable(logisticLearner, rows, { ...options, fitFolds: fitInTurn }),
      trainOnTable(logisticLearner, rows, {
        ...options,
        fitFolds: (learner, part, splits, seed, onFold) =>
          fitOnThreads(learner, part, splits, seed, onFold, 2),
      }),
    ])
    expect(onThreads).toEqual(inTurn)
  })
})
