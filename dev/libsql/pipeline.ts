import { notInVersion2, runBatch } from './batch.ts'
import type { ResponseBudget } from './connection.ts'
import { StatementError } from './engine-errors.ts'
import type { StepGate } from './faults.ts'
import type { HranaVersion, StreamRequest } from './protocol.ts'
import { statementsOf } from './statement-cache.ts'
import { ProtocolError, type Stream } from './stream.ts'
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
