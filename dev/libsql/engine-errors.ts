import type { HranaError } from './protocol.ts'

/**
 * A failure that Hrana reports as an error object while the stream lives on: of one request, or of
 * one step of a batch.
 */
export class StatementError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'StatementError'
    this.code = code
  }

  toHrana(): HranaError {
    return { message: this.message, code: this.code }
  }
}

/** A statement that did not compile: nothing of it ran, so it took no lock either. */
export class NotCompiled extends StatementError {}

/** The engine's extended codes, cut to the primary code that the libSQL server reports. */
const PRIMARY_CODE = /^SQLITE_(?:[A-Z]+)/

const SYNTAX = /syntax error$|^incomplete input$|^unrecognized token/
const NAMES = /^(?:no such column|no such function|ambiguous column name|wrong number of arguments)/

function textOf(thrown: unknown): { message: string; code: string } {
  if (!(thrown instanceof Error)) return { message: String(thrown), code: '' }
  const code: unknown = Reflect.get(thrown, 'code')
  return { message: thrown.message, code: typeof code === 'string' ? code : '' }
}

/**
 * Says what the libSQL server says for a failure of the engine: constraint failures under their
 * primary code with "SQLite error: …", syntax errors as SQL_PARSE_ERROR, unknown names as
 * SQL_INPUT_ERROR, and the engine's catch-all SQLITE_ERROR as SQLITE_UNKNOWN.
 */
export function statementErrorOf(thrown: unknown): StatementError {
  if (thrown instanceof StatementError) return thrown
  const { message, code } = textOf(thrown)
  if (code === 'SQLITE_ERROR' || code === '') {
    if (SYNTAX.test(message)) {
      return new StatementError('SQL_PARSE_ERROR', `SQL string could not be parsed: ${message}`)
    }
    if (NAMES.test(message)) {
      return new StatementError('SQL_INPUT_ERROR', `SQL input error: ${message}`)
    }
    return new StatementError('SQLITE_UNKNOWN', `SQLite error: ${message}`)
  }
  const primary = PRIMARY_CODE.exec(code)?.[0] ?? 'SQLITE_UNKNOWN'
  return new StatementError(primary, `SQLite error: ${message}`)
}

export function notCompiled(thrown: unknown): NotCompiled {
  const { code, message } = statementErrorOf(thrown)
  return new NotCompiled(code, message)
}
