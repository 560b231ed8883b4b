type LabelErrorKind = 'too_little_data' | 'one_class' | 'positive_unclear' | 'positive_absent'

/** A label that no model can be trained on, why, and what to do next. */
export class LabelError extends Error {
  override readonly name = 'LabelError'
  readonly kind: LabelErrorKind
  readonly next: string

  constructor(kind: LabelErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
