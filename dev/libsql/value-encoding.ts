import type { StatementResult } from './connection.ts'
import type { HranaError } from './protocol.ts'

/**
 * Writes results as JSON text directly: an object tree a value would cost several times what the
 * engine takes to read the row.
 */

function encodeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `{"type":"text","value":${JSON.stringify(value)}}`
    case 'bigint':
      return `{"type":"integer","value":"${value}"}`
    case 'number':
      // JSON has no infinity, but every reader takes a number beyond a double's range for one.
      return Number.isFinite(value)
        ? `{"type":"float","value":${value}}`
        : `{"type":"float","value":${value < 0 ? '-1e999' : '1e999'}}`
    default:
      return value instanceof Uint8Array ? encodeBlob(value) : '{"type":"null"}'
  }
}

function encodeBlob(bytes: Uint8Array): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return `{"type":"blob","base64":"${view.toString('base64').replace(/=+$/, '')}"}`
}

/** A row as the engine's raw mode gives it, as a JSON array of Hrana values. */
export function encodeRow(row: unknown): string {
  if (!Array.isArray(row)) return '[]'
  let text = '['
  for (let index = 0; index < row.length; index += 1) {
    if (index > 0) text += ','
    text += encodeValue(row[index])
  }
  return `${text}]`
}

export function encodeColumns(columns: readonly { name: string; type: string | null }[]): string {
  return JSON.stringify(columns.map(({ name, type }) => ({ name, decltype: type })))
}

/** A `StmtResult` object. */
export function encodeResult(result: StatementResult): string {
  const rowid = result.lastInsertRowid === undefined ? 'null' : `"${result.lastInsertRowid}"`
  return `{"cols":${result.columns},"rows":[${result.rows.join(',')}],"affected_row_count":${result.affectedRowCount},"last_insert_rowid":${rowid}}`
}

/** The `StreamResult` of a request that failed. */
export function encodeFailure(error: HranaError): string {
  return `{"type":"error","error":${JSON.stringify(error)}}`
}
