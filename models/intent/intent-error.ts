type IntentErrorKind = 'one_intent' | 'no_validation' | 'unknown_intent' | 'no_outsiders'

/** Examples that no intent model can be trained on, why, and what to do next. */
export class IntentError extends Error {
  override readonly name = 'IntentError'
  readonly kind: IntentErrorKind
  readonly next: string

  constructor(kind: IntentErrorKind, reason: string, next: string) {
    super(`${reason} ${next}`)
    this.kind = kind
    this.next = next
  }
}
