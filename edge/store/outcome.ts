/**
 * What a failed write means. Only an authoritative no about the data itself may lead to quarantine;
 * a store that lacks a table is a store that is not ready, and anything unheard is unknown.
 */
export type WriteFailure =
  | { kind: 'already_applied'; message: string }
  /** The store looked at the data and refused it: the transaction is rolled back. */
  | { kind: 'refused_data'; message: string }
  /** The store is not fit to take writes (schema, lock, auth): rolled back, try later. */
  | { kind: 'not_ready'; message: string }
  /** No answer: it may or may not have been committed. */
  | { kind: 'unknown'; message: string }

/** What engine and server say of data that they will never take. */
const DATA_REFUSALS =
  /SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)|ARGS_INVALID|malformed JSON|cannot store/i

/** @param ownKey how the store names the constraint that a repeat of this very batch violates */
export function classifyWriteFailure(error: unknown, ownKey: string): WriteFailure {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (message.includes(ownKey)) return { kind: 'already_applied', message }
  const fromEngine =
    /^(SQLITE_|ARGS_INVALID|SQL_INPUT_ERROR)/.test(code) || /SQLITE_|SQLite error/i.test(message)
  if (!fromEngine) return { kind: 'unknown', message }
  if (DATA_REFUSALS.test(`${code} ${message}`)) return { kind: 'refused_data', message }
  return { kind: 'not_ready', message }
}
