import { seededUniform } from '../random/seeded.ts'
import type { ReaderView } from './view-matrix.ts'

const HOUR_MS = 3_600_000
const T0 = Date.UTC(2026, 0, 5)

interface Tastes {
  seed: number
  readers: number
  pages: number
  tastes: number
  /** Mean pages a reader views beyond the first two. */
  more: number
  /** How much taste matters beside popularity; 0 not at all. */
  strength: number
}

/**
 * Readers who each have one taste of several, and pages that each serve one; popularity falls as 1 / √rank within
 * the whole site. A reader views distinct pages by popularity × e^strength where the tastes are the same.
 */
export function tastefulViews({
  seed,
  readers,
  pages,
  tastes,
  more,
  strength,
}: Tastes): ReaderView[] {
  const uniform = seededUniform(seed)
  const popularity = Array.from({ length: pages }, (_, page) => 1 / Math.sqrt(page + 1))
  const tasteOfPage = popularity.map(() => Math.floor(uniform() * tastes))
  const views: ReaderView[] = []
  for (let reader = 0; reader < readers; reader++) {
    const own = Math.floor(uniform() * tastes)
    const weights = popularity.map(
      (popular, page) => popular * (tasteOfPage[page] === own ? Math.exp(strength) : 1),
    )
    const count = Math.min(pages / 2, 2 + Math.floor(-Math.log(1 - uniform()) * more))
    const begun = T0 + Math.floor(uniform() * 60 * 24) * HOUR_MS
    for (let n = 0; n < count; n++) {
      const page = drawn(weights, uniform())
      weights[page] = 0
      views.push({
        reader: `reader-${reader}`,
        path: `/page-${page}`,
        views: 1 + Math.floor(uniform() * 2),
        at: begun + n * HOUR_MS,
      })
    }
  }
  return views
}

function drawn(weights: readonly number[], uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [page, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return page
  }
  return weights.length - 1
}
