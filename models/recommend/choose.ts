import { createHash } from 'node:crypto'
import type { RecommendationBody } from '#shared/recommend/body.ts'
import { type Recommender, readRecommender } from '#shared/recommend/recommender.ts'
import { type Placed, placements, rankingFigures, WAYS } from './evaluate.ts'
import { type HeldOut, leaveLastOut } from './hold-out.ts'
import { type LearningOptions, type Lesson, learnBody } from './learn-body.ts'

/**
 * Held too loosely, factors learn readers by heart; too tightly, they all become popularity. The right one depends on
 * how much was read, and there is no telling which it is without trying.
 */
export const REGULARISATIONS = [3, 6, 12] as const
const USUAL = 6
/** From how many viewed pages on factors may take over. */
const FROM_VIEWS = [1, 2, 3, 4, 6, 9] as const
/** Readers kept aside, without whom nothing is measured and pages speak by their neighbours alone. */
const LEAST_HELD_OUT = 50

export interface Choice {
  regularisation: number
  /** Of the body. */
  fromViews: number | null
  figures: RecommendationBody['figures']
}

/**
 * Keeps the last page of each reader aside, chooses by one half of the readers, and measures on the other what was
 * chosen: best nDCG@10 of what would be served.
 */
export function choose(
  { views, ...lesson }: Lesson,
  options: Omit<LearningOptions, 'regularisation'>,
): Choice {
  const { kept, heldOut } = leaveLastOut(views)
  const usual: Choice = { regularisation: USUAL, fromViews: null, figures: null }
  if (heldOut.length < LEAST_HELD_OUT) return usual
  const [choosing, measured] = halves(heldOut)
  const tried = REGULARISATIONS.map((regularisation) => {
    const learnt = learnBody({ views: kept, ...lesson }, { ...options, regularisation })
    const recommender = readRecommender({ ...learnt, version: 'tried' })
    return { regularisation, recommender, ...bestFromViews(recommender, choosing) }
  })
  const [first, ...others] = tried
  if (!first) return usual
  const { regularisation, recommender, fromViews } = others.reduce(
    (best, next) => (next.gain > best.gain ? next : best),
    first,
  )
  return { regularisation, fromViews, figures: figuresOf(recommender, measured, fromViews) }
}

function figuresOf(
  recommender: Recommender,
  heldOut: readonly HeldOut[],
  fromViews: number | null,
): RecommendationBody['figures'] {
  const ranked = (way: keyof typeof WAYS) => placements(recommender, heldOut, WAYS[way])
  const [popular, alike, taste] = [ranked('popularity'), ranked('itemToItem'), ranked('factors')]
  const figures = (placed: readonly Placed[]) =>
    rankingFigures(placed, recommender.body.items.length)
  return {
    heldOut: heldOut.length,
    popularity: figures(popular),
    itemToItem: figures(alike),
    factors: figures(taste),
    served: figures(served(taste, alike, fromViews)),
  }
}

function bestFromViews(
  recommender: Recommender,
  heldOut: readonly HeldOut[],
): { fromViews: number | null; gain: number } {
  const taste = placements(recommender, heldOut, WAYS.factors)
  const alike = placements(recommender, heldOut, WAYS.itemToItem)
  const gainOf = (placed: readonly Placed[]) =>
    rankingFigures(placed, recommender.body.items.length).ndcgAt10
  let best: { fromViews: number | null; gain: number } = { fromViews: null, gain: gainOf(alike) }
  for (const fromViews of FROM_VIEWS) {
    const gain = gainOf(served(taste, alike, fromViews))
    if (gain > best.gain) best = { fromViews, gain }
  }
  return best
}

function served(
  taste: readonly Placed[],
  alike: readonly Placed[],
  fromViews: number | null,
): Placed[] {
  return taste.map((placed, n) =>
    fromViews !== null && placed.known >= fromViews ? placed : (alike[n] ?? placed),
  )
}

/** By a hash of each reader, so that more readers leave everybody where they were. */
function halves(heldOut: readonly HeldOut[]): [HeldOut[], HeldOut[]] {
  const isFirst = ({ reader }: HeldOut): boolean =>
    ((createHash('sha256').update(reader).digest()[0] ?? 0) & 1) === 0
  return [heldOut.filter(isFirst), heldOut.filter((one) => !isFirst(one))]
}
