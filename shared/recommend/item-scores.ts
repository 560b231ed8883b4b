import type { Recommender } from './recommender.ts'
import { product, TasteSystem } from './taste-system.ts'

/** An item that somebody viewed, by place, and how much it says. */
export interface ViewedItem {
  place: number
  weight: number
}

/** How items came to their scores. */
export type Basis = 'taste' | 'read_next' | 'popular'

export interface ItemScores {
  basis: Basis
  /** One of each item; comparable within one answer only. */
  scores: Float64Array
  /** Place of the viewed item that gave most to an item's score; null where none did. */
  because(place: number): number | null
}

/**
 * Scores of all items for somebody who viewed these: by taste where enough is known of them, else by what is
 * read along with what they viewed, else by what is popular.
 */
export function itemScores(recommender: Recommender, viewed: readonly ViewedItem[]): ItemScores {
  const { fromViews } = recommender.body.factors
  if (fromViews !== null && viewed.length >= fromViews) return byTaste(recommender, viewed)
  const alike = byNeighbours(recommender, viewed)
  return alike.scores.some((score) => score > 0) ? alike : byPopularity(recommender)
}

/** Folds somebody in: one linear solve, no training. */
export function byTaste(recommender: Recommender, viewed: readonly ViewedItem[]): ItemScores {
  const { factors, sharing, body } = recommender
  const system = new TasteSystem(sharing)
  const rows = Int32Array.from(viewed, ({ place }) => place)
  const weights = Float64Array.from(viewed, ({ weight }) => weight)
  const taste = system.solve(factors, rows, weights)
  return {
    basis: 'taste',
    scores: Float64Array.from(body.items, (_, place) =>
      product(factors, place, taste, sharing.order),
    ),
    because(place) {
      const pulled = system.pull(factors, place)
      return mostGiving(
        viewed,
        ({ place: row, weight }) => weight * product(factors, row, pulled, sharing.order),
      )
    },
  }
}

/** Each viewed item speaks for those that are read along with it. */
export function byNeighbours({ body }: Recommender, viewed: readonly ViewedItem[]): ItemScores {
  const scores = new Float64Array(body.items.length)
  for (const { place, weight } of viewed) {
    for (const [item, similarity] of body.neighbours[place] ?? []) {
      scores[item] = (scores[item] ?? 0) + weight * similarity
    }
  }
  return {
    basis: 'read_next',
    scores,
    because: (place) =>
      mostGiving(viewed, (one) => {
        const found = body.neighbours[one.place]?.find(([item]) => item === place)
        return one.weight * (found?.[1] ?? 0)
      }),
  }
}

/** The same for everybody. */
export function byPopularity({ body }: Recommender): ItemScores {
  return {
    basis: 'popular',
    scores: Float64Array.from(body.items, ({ popularity }) => popularity),
    because: () => null,
  }
}

/** Of equals the first. */
function mostGiving(
  viewed: readonly ViewedItem[],
  given: (one: ViewedItem) => number,
): number | null {
  let most: { place: number; gave: number } | null = null
  for (const one of viewed) {
    const gave = given(one)
    if (gave > (most?.gave ?? 0)) most = { place: one.place, gave }
  }
  return most?.place ?? null
}
