type IsolationErrorKind = 'too_few_rows' | 'ragged_rows' | 'infinite_value'

/** Rows that no isolation forest grows on, why, and what to do next. */
export class IsolationError extends Error {
  override readonly name = 'IsolationError'
  readonly kind: IsolationErrorKind
  readonly next: string

  constructor(kind: IsolationErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
