import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ensembleMargins } from '#shared/trees/tree-ensemble.ts'
import { TableModelCard } from '../card/table-card.ts'
import { auc } from '../metrics/metrics.ts'
import { calibratedProbability } from '../onnx/calibration.ts'
import { seededUniform } from '../random/seeded.ts'
import { readTable } from '../table/read-table.ts'
import { readModelFile } from './model-file.ts'
import { applyColumns, rowsOf, type TreeColumn } from './tree-columns.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const CITIES = ['Berlin', 'Paris', 'Oslo', 'Rome', 'Madrid', 'Wien', 'Bern', 'Riga', 'Prag']

let dir: string
let leads: string
let trained: { code: number; stdout: string; stderr: string }

function run(...args: string[]): Promise<typeof trained> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

/** Leads of a made-up shop: visits, plan and city decide, with gaps. */
function leadsCsv(rows: number, seed: number): string {
  const uniform = seededUniform(seed)
  const lines = ['visits,plan,city,newsletter,converted']
  for (let row = 0; row < rows; row++) {
    const visits = Math.floor(uniform() * 12)
    const plan = uniform() < 0.1 ? '' : ['free', 'team', 'enterprise'][Math.floor(uniform() * 3)]
    const city = Math.floor(uniform() * CITIES.length)
    const margin = 0.4 * visits - 3 + (plan === 'enterprise' ? 1.5 : 0) + (city < 3 ? 0.8 : 0)
    const converted = uniform() < 1 / (1 + Math.exp(-margin)) ? 'yes' : 'no'
    const shown = uniform() < 0.05 ? 'n/a' : String(visits)
    lines.push(`${shown},${plan},${CITIES[city]},${uniform() < 0.5},${converted}`)
  }
  return lines.join('\n')
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'edgewise-train-'))
  leads = join(dir, 'leads.csv')
  await writeFile(leads, leadsCsv(1_200, 1))
  trained = await run(leads, '--label', 'converted', '--out', join(dir, 'model'))
}, 60_000)

afterAll(() => rm(dir, { recursive: true }))

const Summary = z.object({
  auc: z.number(),
  logLoss: z.number(),
  ece: z.number(),
  rows: z.number(),
  features: z.number(),
  trainSeconds: z.number(),
  logistic: z.object({ auc: z.number(), logLoss: z.number() }),
  model: z.string(),
  card: z.string(),
})

describe('training from the command line', () => {
  test('ends with one line of JSON, and its figures are those of the card', async () => {
    expect(trained.code, trained.stderr).toBe(0)
    const summary = Summary.parse(JSON.parse(trained.stdout.trimEnd().split('\n').at(-1) ?? ''))
    expect(summary).toMatchObject({ rows: 1_200, features: 4 })
    expect(summary.auc).toBeGreaterThan(0.75)
    const card = TableModelCard.parse(
      JSON.parse(await readFile(join(dir, 'model', 'card.json'), 'utf8')),
    )
    expect(card.quality.auc.value).toBe(summary.auc)
    expect(card.logistic.logLoss.value).toBe(summary.logistic.logLoss)
    const markdown = await readFile(summary.card, 'utf8')
    for (const [, plot] of markdown.matchAll(/\]\((\w+\.svg)\)/g)) {
      expect(await readFile(join(dir, 'model', plot ?? ''), 'utf8')).toContain('<svg')
    }
  })

  test('shows what it took the columns for, and how far it is', () => {
    expect(trained.stdout).toMatch(/visits +number/)
    expect(trained.stdout).toMatch(/plan +category/)
    expect(trained.stderr).toContain('100 %')
  })

  test('writes a file that alone scores rows it has never seen', async () => {
    const bytes = new Uint8Array(await readFile(join(dir, 'model', 'model.onnx')))
    const { ensemble, calibration, columns, metadata } = readModelFile(bytes)
    expect(metadata.label).toBe('converted')
    const fresh = join(dir, 'fresh.csv')
    await writeFile(fresh, leadsCsv(1_000, 2))
    const loaded = await readTable(fresh, {
      label: 'converted',
      like: columns.map(({ name, format }) => ({ name, format })),
    })
    const inputs = columns.map(({ name, format, encoding }): TreeColumn => {
      if (encoding.kind === 'value') return { kind: 'value', name }
      const levels = format.kind === 'category' ? format.levels.length : 0
      return {
        kind: 'category',
        name,
        encoding:
          encoding.kind === 'one_hot'
            ? { kind: 'one_hot', levels }
            : { ...encoding, means: Float32Array.from(encoding.means) },
      }
    })
    const margins = ensembleMargins(ensemble, rowsOf(applyColumns(inputs, loaded.table)))
    const probabilities = margins.map((margin) => calibratedProbability(calibration, margin))
    const outcomes = Uint8Array.from(loaded.label.codes, (code) =>
      loaded.label.words[code] === 'yes' ? 1 : 0,
    )
    expect(auc({ probabilities, outcomes })).toBeGreaterThan(0.75)
    const mean = (of: ArrayLike<number>) => Array.from(of).reduce((a, b) => a + b, 0) / of.length
    expect(Math.abs(mean(probabilities) - mean(outcomes))).toBeLessThan(0.05)
  })

  test('gives the same file and card for the same table and seed', async () => {
    const again = join(dir, 'again')
    expect((await run(leads, '--label', 'converted', '--out', again)).code).toBe(0)
    for (const name of ['model.onnx', 'card.json']) {
      const [a, b] = [await readFile(join(dir, 'model', name)), await readFile(join(again, name))]
      expect(a.equals(b), name).toBe(true)
    }
  }, 60_000)

  test.each([
    [['--label', 'convertid'], 'converted'],
    [[], '--label'],
    [['--label', 'plan'], '--positive'],
    [['--label', 'converted', '--seed', 'x'], '--seed must be a whole number'],
    [['--labl', 'converted'], '--help'],
  ])('refuses %j with exit code 2 and a sentence', async (args, said) => {
    const refused = await run(leads, ...args)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(said)
    expect(refused.stderr).not.toContain('    at ')
  })

  test('refuses a table of one outcome, and one with too few rows', async () => {
    const small = join(dir, 'small.csv')
    await writeFile(small, leadsCsv(30, 3))
    expect(await run(small, '--label', 'converted')).toMatchObject({ code: 2 })
    await writeFile(small, leadsCsv(500, 3).replaceAll(/,(yes|no)$/gm, ',yes'))
    const alike = await run(small, '--label', 'converted')
    expect(alike.code).toBe(2)
    expect(alike.stderr).toContain('"yes"')
    expect((await run(join(dir, 'absent.csv'), '--label', 'a')).code).toBe(2)
  })
})
