import type { RecommendationBody } from '#shared/recommend/body.ts'
import { choose } from './choose.ts'
import { type LearningOptions, learnBody, named, recommendable } from './learn-body.ts'
import { pageNames } from './page-names.ts'
import { RecommenderError } from './recommender-error.ts'
import type { ReaderView } from './view-matrix.ts'

/** How they were come by: docs/recommender.md. */
export const USUAL_OPTIONS: Omit<LearningOptions, 'seed' | 'regularisation'> = {
  order: 16,
  epochs: 10,
  unobservedWeight: 0.1,
  halfLifeDays: 90,
  neighbours: 10,
}

const LEAST_PAGES = 3
const LEAST_READERS = 20

/**
 * Learns what to recommend from who viewed what, measures it beside plain rivals, and gives the body that is
 * published: learnt anew from all views, as it was chosen. The same views give the same bytes, in whatever order
 * they come.
 *
 * @param titles by path
 * @throws RecommenderError where too little was read to learn from, or the body would be too large
 */
export function trainRecommender(
  views: readonly ReaderView[],
  titles: ReadonlyMap<string, string>,
  seed: number,
): RecommendationBody {
  const paths = recommendable(views)
  const readers = new Set(views.map(({ reader }) => reader)).size
  if (paths.length < LEAST_PAGES || readers < LEAST_READERS) {
    throw new RecommenderError(
      'too_little',
      `${readers} visitors read ${paths.length} pages that others read too; ${LEAST_READERS} visitors and ${LEAST_PAGES} pages are needed.`,
      'Wait until more was read, and train again.',
    )
  }
  const lesson = { views, paths, titles: pageNames(titles) }
  const options = { ...USUAL_OPTIONS, seed }
  const { regularisation, fromViews, figures } = choose(lesson, options)
  const body = learnBody(lesson, { ...options, regularisation })
  return named({ ...body, figures, factors: { ...body.factors, fromViews } })
}
