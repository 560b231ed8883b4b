type ModelErrorKind =
  | 'other_features'
  | 'damaged'
  | 'columns'
  | 'too_large'
  | 'no_probability'
  | 'no_score'

const AGAIN = 'Train the model again and ship the ONNX file and manifest of one training.'

/** The file and its manifest cannot be served together, or not to these features. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  readonly next: string

  constructor(kind: ModelErrorKind, reason: string, next = AGAIN) {
    super(reason)
    this.kind = kind
    this.next = next
  }
}
