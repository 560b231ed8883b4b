import type { ResponseBudget, StatementResult } from './connection.ts'
import { StatementError } from './engine-errors.ts'
import type { StepGate } from './faults.ts'
import type { Batch, BatchCondition, HranaVersion, StreamRequest } from './protocol.ts'
import { ProtocolError, type Stream, statementsOf } from './stream.ts'
import { encodeFailure, encodeResult } from './value-encoding.ts'

/** What holds for all requests of one HTTP request. */
export type RequestContext = {
  version: HranaVersion
  gate: StepGate
  /** Characters of JSON that the result of one request may have. */
  maxResponseCharacters: number
}

/**
 * Runs one request of a pipeline.
 * @returns the JSON of its `StreamResult`: a failure of SQL is an error object and the pipeline
 *   goes on.
 * @throws ProtocolError when the HTTP request as a whole is wrong; ConnectionCut from a fault.
 */
export async function runRequest(
  stream: Stream,
  request: StreamRequest,
  context: RequestContext,
): Promise<string> {
  try {
    return `{"type":"ok","response":${await respond(stream, request, context)}}`
  } catch (error) {
    if (error instanceof StatementError) return encodeFailure(error.toHrana())
    throw error
  }
}

async function respond(
  stream: Stream,
  request: StreamRequest,
  context: RequestContext,
): Promise<string> {
  if (stream.closed) throw new ProtocolError('Stream for this baton was closed')
  const budget: ResponseBudget = { characters: context.maxResponseCharacters }
  switch (request.type) {
    case 'execute': {
      stream.reportLostTransaction()
      const statement = stream.singleStatement(request.stmt)
      context.gate.pass()
      const result = await stream.run(statement, request.stmt, budget)
      return `{"type":"execute","result":${encodeResult(result)}}`
    }
    case 'batch': {
      const results: string[] = request.batch.steps.map(() => 'null')
      const errors: string[] = request.batch.steps.map(() => 'null')
      await runBatch(stream, request.batch, context, budget, {
        succeeded(step, result) {
          results[step] = encodeResult(result)
        },
        failed(step, error) {
          errors[step] = JSON.stringify(error.toHrana())
        },
      })
      return `{"type":"batch","result":{"step_results":[${results}],"step_errors":[${errors}],"replication_index":null}}`
    }
    case 'sequence':
      stream.reportLostTransaction()
      for (const statement of statementsOf(stream.sqlText(request))) {
        context.gate.pass()
        await stream.run(statement, { want_rows: false }, budget)
      }
      return '{"type":"sequence"}'
    case 'describe':
      return describe(stream, request)
    case 'store_sql':
      stream.storeSql(request.sql_id, request.sql)
      return '{"type":"store_sql"}'
    case 'close_sql':
      stream.closeSql(request.sql_id)
      return '{"type":"close_sql"}'
    case 'get_autocommit':
      if (context.version < 3) throw notInVersion2('The `get_autocommit` request')
      return `{"type":"get_autocommit","is_autocommit":${stream.autocommit}}`
    case 'close':
      stream.close()
      return '{"type":"close"}'
  }
}

function notInVersion2(what: string): ProtocolError {
  return new ProtocolError(`${what} is only supported in protocol version hrana3 and higher`)
}

function describe(stream: Stream, request: { sql?: string | null; sql_id?: number | null }) {
  const statement = stream.singleStatement(request)
  const columns = stream.connection.describe(statement)
  return JSON.stringify({
    type: 'describe',
    result: {
      params: statement.params.map((name) => ({ name: name ?? null })),
      cols: columns.map(({ name, type }) => ({ name, decltype: type })),
      is_explain: statement.explains,
      is_readonly: !statement.writes,
    },
  })
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
