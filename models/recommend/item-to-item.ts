import type { RecommendationBody } from '#shared/recommend/body.ts'
import type { ViewMatrix } from './view-matrix.ts'

/** Alikeness that rests on few readers is held back as if so many more had read one of the two alone. */
const SHRINKAGE_READERS = 5
/** Who has read more is a crawler that nobody declared, and binds everything to everything. */
const MOST_PAGES_A_READER = 500

/**
 * What is read along with what: of two pages, readers of both / (√(readers of one × of the other) + shrinkage).
 * The cosine of SAR (Microsoft Recommenders) with shrinkage as in Bell and Koren, "Scalable Collaborative Filtering
 * with Jointly Derived Neighborhood Interpolation Weights" (2007).
 *
 * @returns of each page the most alike, the most alike first
 */
export function itemToItem(
  { paths, byReader, byPath }: ViewMatrix,
  most: number,
): RecommendationBody['neighbours'] {
  const readersOf = (page: number) => (byPath.starts[page + 1] ?? 0) - (byPath.starts[page] ?? 0)
  const both = new Float64Array(paths.length)
  return paths.map((_, own) => {
    both.fill(0)
    for (let cell = byPath.starts[own] ?? 0; cell < (byPath.starts[own + 1] ?? 0); cell++) {
      const reader = byPath.columns[cell] ?? 0
      const begin = byReader.starts[reader] ?? 0
      const end = byReader.starts[reader + 1] ?? 0
      if (end - begin > MOST_PAGES_A_READER) continue
      for (let other = begin; other < end; other++) {
        const page = byReader.columns[other] ?? 0
        both[page] = (both[page] ?? 0) + 1
      }
    }
    both[own] = 0
    const alike = [...both].flatMap((count, page): [number, number][] =>
      count === 0
        ? []
        : [[page, count / (Math.sqrt(readersOf(own) * readersOf(page)) + SHRINKAGE_READERS)]],
    )
    return alike.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most)
  })
}
