/** Why the console's back end cannot start or go on, in words for people. */
export class ConsoleError extends Error {
  readonly kind: 'busy' | 'configuration' | 'storage'
  readonly next: string

  constructor(kind: ConsoleError['kind'], message: string, next: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ConsoleError'
    this.kind = kind
    this.next = next
  }
}
