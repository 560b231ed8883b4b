import { encodeFactors, type RecommendationBody } from './body.ts'
import { contentKind } from './content-kind.ts'

/**
 * Pages of two tastes, each with a factor of its own: docs are read along with docs, stories with stories. Earlier
 * ones are more popular.
 */
export function bodyOf(
  paths: readonly string[],
  over: Partial<RecommendationBody> = {},
): RecommendationBody {
  const tasteOf = (path: string): number => (path.startsWith('/docs') ? 0 : 1)
  return {
    format: 1,
    version: 'content-1',
    trainedOn: { visitors: 10, views: 100, from: 0, to: 1 },
    figures: null,
    halfLifeDays: 90,
    items: paths.map((path, place) => ({
      path,
      title: `About ${path}`,
      kind: contentKind(path),
      popularity: 1 / (place + 1),
    })),
    factors: {
      order: 2,
      items: encodeFactors(
        Float64Array.from(paths.flatMap((path) => (tasteOf(path) === 0 ? [1, 0.1] : [0.1, 1]))),
      ),
      unobservedWeight: 0.1,
      regularisation: 1,
      fromViews: 1,
    },
    neighbours: paths.map((own, place) =>
      paths.flatMap((path, other): [number, number][] =>
        other !== place && tasteOf(path) === tasteOf(own) ? [[other, 0.5]] : [],
      ),
    ),
    ...over,
  }
}
