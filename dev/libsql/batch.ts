import type { ResponseBudget, StatementResult } from './connection.ts'
import { StatementError } from './engine-errors.ts'
import type { RequestContext } from './pipeline.ts'
import type { Batch, BatchCondition, HranaVersion } from './protocol.ts'
import { ProtocolError, type Stream } from './stream.ts'

/** The 400 for what only version 3 has. */
export function notInVersion2(what: string): ProtocolError {
  return new ProtocolError(`${what} is only supported in protocol version hrana3 and higher`)
}

/** Where the steps of a batch report. A skipped step reports nothing. */
export interface BatchReport {
  succeeded(step: number, result: StatementResult): void
  failed(step: number, error: StatementError): void
}

type StepOutcome = 'ok' | 'error' | 'skipped'

/**
 * Runs a batch, step by step, each under its condition. The steps are no transaction by
 * themselves: clients send BEGIN and COMMIT as steps.
 * @throws StatementError when the batch as a whole fails (a text that is not one statement, a
 *   response that is too large); nothing has run in the first case.
 */
export async function runBatch(
  stream: Stream,
  batch: Batch,
  context: RequestContext,
  budget: ResponseBudget,
  report: BatchReport,
): Promise<void> {
  stream.reportLostTransaction()
  const statements = batch.steps.map((step, index) => {
    if (step.condition) checkCondition(step.condition, index, context.version)
    return stream.singleStatement(step.stmt)
  })
  const outcomes: StepOutcome[] = []
  for (const [index, step] of batch.steps.entries()) {
    context.gate.pass()
    const statement = statements[index]
    if (!statement || (step.condition && !holds(step.condition, outcomes, stream.autocommit))) {
      outcomes.push('skipped')
      continue
    }
    try {
      report.succeeded(index, await stream.run(statement, step.stmt, budget))
      outcomes.push('ok')
    } catch (error) {
      if (!(error instanceof StatementError) || error.code === 'RESPONSE_TOO_LARGE') throw error
      report.failed(index, error)
      outcomes.push('error')
    }
  }
}

function checkCondition(condition: BatchCondition, index: number, version: HranaVersion): void {
  switch (condition.type) {
    case 'ok':
    case 'error':
      if (condition.step >= index) {
        throw new ProtocolError('Invalid reference to step in a batch condition')
      }
      return
    case 'not':
      checkCondition(condition.cond, index, version)
      return
    case 'and':
    case 'or':
      for (const inner of condition.conds) checkCondition(inner, index, version)
      return
    case 'is_autocommit':
      if (version < 3) throw notInVersion2('BatchCond of type `is_autocommit`')
  }
}

function holds(
  condition: BatchCondition,
  outcomes: readonly StepOutcome[],
  autocommit: boolean,
): boolean {
  switch (condition.type) {
    case 'ok':
    case 'error':
      return outcomes[condition.step] === condition.type
    case 'not':
      return !holds(condition.cond, outcomes, autocommit)
    case 'and':
      return condition.conds.every((inner) => holds(inner, outcomes, autocommit))
    case 'or':
      return condition.conds.some((inner) => holds(inner, outcomes, autocommit))
    case 'is_autocommit':
      return autocommit
  }
}

/**
 * Runs a cursor's batch.
 * @returns its entries as JSON, in order; an error of the whole batch is the last entry.
 */
export async function runCursor(
  stream: Stream,
  batch: Batch,
  context: RequestContext,
): Promise<string[]> {
  const entries: string[] = []
  try {
    await runBatch(
      stream,
      batch,
      context,
      { characters: Number.POSITIVE_INFINITY },
      {
        succeeded(step, result) {
          entries.push(`{"type":"step_begin","step":${step},"cols":${result.columns}}`)
          for (const row of result.rows) entries.push(`{"type":"row","row":${row}}`)
          const rowid =
            result.lastInsertRowid === undefined ? 'null' : `"${result.lastInsertRowid}"`
          entries.push(
            `{"type":"step_end","affected_row_count":${result.affectedRowCount},"last_insert_rowid":${rowid}}`,
          )
        },
        failed(step, error) {
          entries.push(JSON.stringify({ type: 'step_error', step, error: error.toHrana() }))
        },
      },
    )
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    entries.push(JSON.stringify({ type: 'error', error: error.toHrana() }))
  }
  return entries
}
