import type { Client } from '@libsql/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WorkspaceFile, workspaceFile } from '#dev/platform/workspace-file.fixture.ts'
import { uniform } from '../model.fixture.ts'
import { watchModel } from './watch-model.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 28)
const MODEL = 'lead-1'

let file: WorkspaceFile
let store: Client

beforeEach(async () => {
  file = await workspaceFile()
  store = file.store
  await store.execute({
    sql: `INSERT INTO models (version, stage, stage_since, manifest, onnx_bytes, created_at)
          VALUES (?1, 'champion', ?2, '{}', 1, ?2)`,
    args: [MODEL, NOW - 100 * DAY_MS],
  })
})

afterEach(() => file.remove())

interface World {
  seed: number
  /** Days ago that visits begin and end. */
  from: number
  to: number
  visitors: number
  /** How many times as many pricing visits there are as usual. */
  pricing?: number
  /** Share of visitors whose industry is unknown. */
  unknownIndustry?: number
  /** What of the predicted conversions come. */
  come?: number
}

/** Visitors that a model scored when they came, and what became of them. */
async function live(world: World): Promise<void> {
  const { seed, from, to, visitors, pricing = 1, unknownIndustry = 0.3, come = 1 } = world
  const next = uniform(seed)
  const statements = Array.from({ length: visitors }, (_, n) => {
    const id = `visitor-${seed}-${n}-${Math.floor(next() * 1e6)}`
    const at = Math.round(NOW - (from - next() * (from - to)) * DAY_MS)
    const views = Math.floor(-Math.log(1 - next()) * 2 * pricing)
    const probability = Math.min(0.9, 0.05 + 0.06 * views)
    const converts = next() < probability * come
    const features = {
      pricing_views_7d: views,
      industry: next() < unknownIndustry ? null : next() < 0.5 ? 'software' : 'finance',
      days_since_last_visit: 0,
    }
    return visitStatements(id, at, probability, features, converts)
  })
  await store.batch(statements.flat(), 'write')
}

function visitStatements(
  id: string,
  at: number,
  probability: number,
  features: Record<string, unknown>,
  converts: boolean,
) {
  const trialAt = at + 2 * DAY_MS
  const visitor = {
    sql: `INSERT INTO visitors (visitor_id, node_kind, first_seen_at, last_seen_at, sessions, pageviews, events,
            first_message_id, last_message_id, channel, version) VALUES (?, 'd', ?, ?, 1, 1, 1, 'm', 'm', 'direct', 1)`,
    args: [id, at, trialAt],
  }
  const score = {
    sql: `INSERT INTO scores (visitor_id, scored_at, model_version, calibrated, probability, points, grade, fit,
            engagement, reasons, features) VALUES (?, ?, ?, 1, ?, 50, 'B', 0, 0, '[]', ?)`,
    args: [id, at, MODEL, probability, JSON.stringify(features)],
  }
  if (!converts) return [visitor, score]
  return [
    visitor,
    score,
    {
      sql: `INSERT INTO sessions (visitor_id, start_at, end_at, events, pageviews, conversions, channel, summary)
            VALUES (?, ?, ?, 1, 0, 1, 'direct', '{}')`,
      args: [id, trialAt, trialAt],
    },
    {
      sql: `INSERT INTO events (message_id, type, name, visitor_id, occurred_at, received_at, bot, verified, channel)
            VALUES (?, 'track', 'Trial Started', ?, ?, ?, 0, 1, 'direct')`,
      args: [`trial-${id}`, id, trialAt, trialAt],
    },
  ]
}

const watch = (now = NOW) => watchModel(store, MODEL, now)

async function openAlerts(): Promise<string[]> {
  const { rows } = await store.execute(
    'SELECT kind, feature FROM model_alerts WHERE resolved_at IS NULL ORDER BY 1, 2',
  )
  return rows.map(({ kind, feature }) => (feature ? `${kind} of ${feature}` : String(kind)))
}

test('too few visitors are said to be too few, and nothing rings', async () => {
  await live({ seed: 1, from: 40, to: 0, visitors: 50 })
  const report = await watch()
  expect(report.findings).toEqual([])
  expect(report.untold).toHaveLength(2)
  expect(report.untold[0]).toContain('200 each are needed')
})

describe('a workspace with months of visitors', () => {
  test.each([1, 2, 3, 4, 5, 6])(
    'rings for nothing while nothing changes (seed %i)',
    async (seed) => {
      await live({ seed, from: 100, to: 0, visitors: 4_000 })
      const report = await watch()
      expect(report.findings).toEqual([])
      expect(report.untold).toEqual([])
      expect(await openAlerts()).toEqual([])
    },
  )

  test('rings where the last week is another, names it, and stops when it is as before', async () => {
    await live({ seed: 7, from: 100, to: 7, visitors: 2_800 })
    await live({ seed: 8, from: 6.9, to: 0, visitors: 400, pricing: 3, unknownIndustry: 0.8 })
    const { findings } = await watch()
    expect(await openAlerts()).toEqual([
      'missing of industry',
      'scores',
      'values of pricing_views_7d',
    ])
    expect(findings.find(({ kind }) => kind === 'missing')?.message).toMatch(
      /^"industry" was missing in \d+\.\d % of the visitors and now is in \d+\.\d %\.$/,
    )
    // The same again the next day is the same alert.
    await watch(NOW + 1)
    const { rows } = await store.execute('SELECT count(*) AS n FROM model_alerts')
    expect(rows[0]?.n).toBe(3)
    await live({ seed: 9, from: 0, to: -8, visitors: 500 })
    await watch(NOW + 8 * DAY_MS)
    expect(await openAlerts()).toEqual([])
  })

  test('rings where what it predicts does not come true any more', async () => {
    await live({ seed: 10, from: 100, to: 42, visitors: 2_000 })
    await live({ seed: 11, from: 42, to: 0, visitors: 1_400, come: 0.4 })
    const { findings } = await watch()
    expect(findings).toMatchObject([{ kind: 'calibration', column: null }])
    expect(findings[0]?.message).toMatch(/^It predicts \d+\.\d % and \d+\.\d % happened/)
  })

  test('what cannot be told any more keeps its alert, and another champion ends it', async () => {
    await live({ seed: 12, from: 100, to: 42, visitors: 2_000 })
    await live({ seed: 13, from: 42, to: 0, visitors: 1_400, come: 0.4 })
    await watch()
    await store.execute("DELETE FROM events WHERE name = 'Trial Started'")
    await store.execute('DELETE FROM sessions')
    await watch(NOW + DAY_MS)
    expect(await openAlerts()).toEqual(['calibration'])
    await watchModel(store, 'lead-2', NOW + 2 * DAY_MS)
    expect(await openAlerts()).toEqual([])
  })
})
