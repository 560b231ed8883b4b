type AnomalyErrorKind = 'not_ascending' | 'not_a_count' | 'bad_time_zone' | 'bad_latest'

/** A question about anomalies that makes no sense, why, and what to do next. */
export class AnomalyError extends Error {
  override readonly name = 'AnomalyError'
  readonly kind: AnomalyErrorKind
  readonly next: string

  constructor(kind: AnomalyErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
