import type { Signals } from './signals.ts'

/** How signals become the score of being in scope, and below which score a message is refused. */
export interface Refusal {
  /** One a signal. */
  weights: ArrayLike<number>
  bias: number
  /** 0 refuses nothing. */
  threshold: number
}

/** From 0 to 1, higher for what looks like one of the intents. */
export function inScopeScore(
  { values }: Signals,
  { weights, bias }: Pick<Refusal, 'weights' | 'bias'>,
): number {
  let margin = bias
  for (const [at, value] of values.entries()) margin += value * (weights[at] ?? 0)
  return 1 / (1 + Math.exp(-margin))
}
