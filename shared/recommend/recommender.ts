import { decodeFactors, type RecommendationBody } from './body.ts'
import { gramOf, type Sharing } from './taste-system.ts'

/** A published body, ready to be asked; the same for every visitor. */
export interface Recommender {
  body: RecommendationBody
  /** Place of a path in the list of items. */
  placeOf: ReadonlyMap<string, number>
  /** [items × order] */
  factors: Float32Array
  sharing: Sharing
}

/**
 * Once for an isolate and version: 2,000 items × 64 factors are eight million multiplications. The Gram matrix is
 * computed and not published, so that it cannot disagree with the factors.
 *
 * @throws where a factor is not finite
 */
export function readRecommender(body: RecommendationBody): Recommender {
  const { items, factors } = body
  const numbers = decodeFactors(factors.items)
  const { order, unobservedWeight, regularisation } = factors
  return {
    body,
    placeOf: new Map(items.map(({ path }, place) => [path, place])),
    factors: numbers,
    sharing: {
      gram: gramOf(numbers, items.length, order),
      order,
      unobservedWeight,
      regularisation,
    },
  }
}
