/** Binary outcomes beside the probabilities that were predicted for them; equal lengths, not empty. */
export interface Predictions {
  probabilities: ArrayLike<number>
  /** 1 where it happened, else 0. */
  outcomes: ArrayLike<number>
}
