import type { RankingFigures } from '#shared/recommend/body.ts'
import {
  byNeighbours,
  byPopularity,
  byTaste,
  type ItemScores,
  type ViewedItem,
} from '#shared/recommend/item-scores.ts'
import { ranking } from '#shared/recommend/recommend.ts'
import type { Recommender } from '#shared/recommend/recommender.ts'
import { viewWeight } from '#shared/recommend/view-weight.ts'
import type { HeldOut } from './hold-out.ts'

const TOP = 10

/** One way of recommending, as it is served. */
export type Way = (recommender: Recommender, viewed: readonly ViewedItem[]) => ItemScores

export const WAYS = {
  popularity: byPopularity,
  /** With what is popular after what is read along. */
  itemToItem: byNeighbours,
  factors: byTaste,
} as const satisfies Record<string, Way>

/**
 * Where a held-out reader's next page stood among those not yet read: 0 for the first, null where it is none of
 * the recommender's or cannot be recommended.
 */
export interface Placed {
  /** Pages that were known of the reader. */
  known: number
  place: number | null
  top: readonly number[]
}

/** Ranks for each held-out reader all pages that were not read, by what was known before the next. */
export function placements(
  recommender: Recommender,
  heldOut: readonly HeldOut[],
  way: Way,
): Placed[] {
  const { placeOf, body } = recommender
  return heldOut.map(({ known, next }) => {
    const viewed = known.flatMap(({ path, at }): ViewedItem[] => {
      const place = placeOf.get(path)
      // Profiles know no counts, so neither may the figures.
      return place === undefined
        ? []
        : [{ place, weight: viewWeight(1, next.at - at, body.halfLifeDays) }]
    })
    const read = new Set(viewed.map(({ place }) => place))
    const ranked = ranking(recommender, way(recommender, viewed).scores).filter(
      (place) => !read.has(place),
    )
    const target = placeOf.get(next.path)
    const place = target === undefined ? -1 : ranked.indexOf(target)
    return { known: viewed.length, place: place < 0 ? null : place, top: ranked.slice(0, TOP) }
  })
}

/** @param items that there are to recommend */
export function rankingFigures(placed: readonly Placed[], items: number): RankingFigures {
  let hits = 0
  let gain = 0
  const shown = new Set<number>()
  for (const { place, top } of placed) {
    for (const item of top) shown.add(item)
    if (place === null || place >= TOP) continue
    hits++
    gain += 1 / Math.log2(place + 2)
  }
  const readers = Math.max(1, placed.length)
  return { recallAt10: hits / readers, ndcgAt10: gain / readers, coverage: shown.size / items }
}
