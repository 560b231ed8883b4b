type PlatformErrorKind =
  | 'not_running'
  | 'no_key'
  | 'not_safe'
  | 'key_refused'
  | 'other_workspace'
  | 'other_features'
  | 'unavailable'
  | 'refused'
  | 'not_understood'

/** The platform cannot be asked, or says no; the message is the reason, `next` what to do. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly kind: PlatformErrorKind
  readonly next: string

  constructor(kind: PlatformErrorKind, reason: string, next: string) {
    super(reason)
    this.kind = kind
    this.next = next
  }
}
