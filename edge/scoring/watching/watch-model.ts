import type { DriftFinding } from '#shared/drift/finding.ts'
import type { WatchReport } from '#shared/drift/watch-report.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import type { StoreClient } from '../../store/client.ts'
import { activeScores } from './active-scores.ts'
import { judgedScores } from './judged-scores.ts'
import { truthDrift, visitorDrift } from './model-drift.ts'
import { outcomePeriods, watchPeriods } from './watch-periods.ts'

/**
 * Looks at the served model and opens, keeps or closes alerts by what it finds.
 *
 * @param model the version that serves
 * @param now Unix milliseconds
 * @throws what the store throws
 */
export async function watchModel(
  store: Pick<StoreClient, 'execute' | 'batch'>,
  model: string,
  now: number,
): Promise<WatchReport> {
  const { reference, recent } = watchPeriods(await servingSince(store, model, now), now)
  const before = await activeScores(store, reference)
  const lately = await activeScores(store, recent)
  const outcomes = outcomePeriods(now - OUTCOME_WINDOW_MS)
  const reports = [
    visitorDrift(before, lately, model),
    truthDrift(
      await judgedScores(store, { ...outcomes.reference, model }, now),
      await judgedScores(store, { ...outcomes.recent, model }, now),
    ),
  ]
  const report: WatchReport = {
    at: now,
    model,
    findings: reports.flatMap(({ findings }) => findings),
    untold: reports.flatMap(({ untold }) => untold),
    visitors: { reference: before.length, recent: lately.length },
  }
  await keep(
    store,
    report,
    reports.flatMap(({ told }) => told),
  )
  return report
}

/** The model that ships has no stage: it serves since the workspace's first score. */
async function servingSince(
  store: Pick<StoreClient, 'execute'>,
  model: string,
  now: number,
): Promise<number> {
  const found = await store.execute({
    sql: `SELECT coalesce(
            (SELECT stage_since FROM models WHERE version = ?),
            (SELECT scored_at FROM scores WHERE score_seq = (SELECT min(score_seq) FROM scores))) AS since`,
    args: [model],
  })
  return Number(found.rows[0]?.since ?? now)
}

/** @param told kinds that were looked for: what could not be told keeps its alerts open */
async function keep(
  store: Pick<StoreClient, 'batch'>,
  report: WatchReport,
  told: readonly DriftFinding['kind'][],
): Promise<void> {
  const { at, model, findings } = report
  await store.batch(
    [
      {
        sql: 'INSERT INTO model_watches (at, model, report) VALUES (?, ?, ?)',
        args: [at, model, JSON.stringify(report)],
      },
      ...findings.map(({ kind, column, message }) => ({
        sql: `INSERT INTO model_alerts (model, kind, feature, message, opened_at, seen_at)
              VALUES (?1, ?2, ?3, ?4, ?5, ?5)
              ON CONFLICT (model, kind, feature) WHERE resolved_at IS NULL
              DO UPDATE SET message = excluded.message, seen_at = excluded.seen_at`,
        args: [model, kind, column ?? '', message, at],
      })),
      {
        // Alerts of a model that serves no more end with it.
        sql: `UPDATE model_alerts SET resolved_at = ?1
              WHERE resolved_at IS NULL AND seen_at < ?1
                AND (model <> ?2 OR kind IN (SELECT value FROM json_each(?3)))`,
        args: [at, model, JSON.stringify(told)],
      },
    ],
    'write',
  )
}
