/** Why a graph is not accepted. Thrown while following it, caught where the verdict is given. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly next: string

  constructor(reason: string, next: string) {
    super(reason)
    this.next = next
  }
}

/** For graphs that no converter writes: damaged, or made by hand. */
export const EXPORT_AGAIN =
  'Export the model again with skl2onnx or onnxmltools, as it comes from training.'
