/** There is no recommender to be had; the message is the reason, `next` what to do. */
export class RecommenderError extends Error {
  override readonly name = 'RecommenderError'
  readonly kind: 'too_little' | 'too_large'
  readonly next: string

  constructor(kind: RecommenderError['kind'], reason: string, next: string) {
    super(reason)
    this.kind = kind
    this.next = next
  }
}
