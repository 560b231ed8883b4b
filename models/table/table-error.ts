type TableErrorKind =
  | 'unreadable_file'
  | 'no_header'
  | 'no_rows'
  | 'ragged_row'
  | 'unclosed_quote'
  | 'column_absent'
  | 'no_time'
  | 'no_features'
  | 'too_many_values'

/** A table that cannot be read, why, and what to do next. */
export class TableError extends Error {
  override readonly name = 'TableError'
  readonly kind: TableErrorKind
  readonly next: string

  constructor(kind: TableErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
