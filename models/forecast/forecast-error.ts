type ForecastErrorKind =
  | 'too_few_values'
  | 'not_a_number'
  | 'bad_season'
  | 'bad_horizon'
  | 'no_scale'

/** A series that cannot be forecast or measured, why, and what to do next. */
export class ForecastError extends Error {
  override readonly name = 'ForecastError'
  readonly kind: ForecastErrorKind
  readonly next: string

  constructor(kind: ForecastErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
