import type { RecommendedItem } from './body.ts'
import { type Basis, type ItemScores, itemScores, type ViewedItem } from './item-scores.ts'
import type { Recommender } from './recommender.ts'
import { isExcludedPath, type RecommendRules } from './rules.ts'
import { viewWeight } from './view-weight.ts'

const DAY_MS = 86_400_000

/** What is known of somebody at this moment. */
export interface ReadingVisitor {
  /** Distinct pages, the last view of each in Unix milliseconds. */
  viewed: readonly { path: string; at: number }[]
  /** The page that is open now; it is never recommended. */
  current: string | null
}

export interface Recommendation {
  path: string
  title: string | null
  kind: RecommendedItem['kind']
  /** Comparable within one answer only. */
  score: number
  basis: Basis
  /** One plain sentence. */
  reason: string
}

/**
 * The next best content for somebody, the best first; fewer than the limit where rules leave no more. Deterministic:
 * of equal scores the more popular item comes first, then the one that stands earlier in the body.
 *
 * @param now Unix milliseconds
 */
export function recommend(
  recommender: Recommender,
  visitor: ReadingVisitor,
  rules: RecommendRules,
  now: number,
): Recommendation[] {
  const { items } = recommender.body
  const scored = itemScores(recommender, viewedItems(recommender, visitor, now))
  const seen = seenPaths(visitor, rules, now)
  const isAllowed = ({ path, kind }: RecommendedItem): boolean =>
    path !== visitor.current &&
    !seen.has(path) &&
    !(kind !== null && rules.excludeKinds.includes(kind)) &&
    !isExcludedPath(path, rules.excludePaths)
  const allowed = items.flatMap((item, place) => (isAllowed(item) ? [place] : []))
  return varied(recommender, allowed, scored.scores, rules).map((place) =>
    entry(recommender, scored, place),
  )
}

/** All items by place, the best first. */
export function ranking(recommender: Recommender, scores: Float64Array): number[] {
  const isBefore = orderOf(recommender, scores)
  return recommender.body.items.map((_, place) => place).sort((a, b) => (isBefore(a, b) ? -1 : 1))
}

function orderOf({ body }: Recommender, scores: Float64Array): (a: number, b: number) => boolean {
  const popularity = (place: number): number => body.items[place]?.popularity ?? 0
  return (a, b) => {
    const ahead = (scores[a] ?? 0) - (scores[b] ?? 0) || popularity(a) - popularity(b)
    return ahead > 0 || (ahead === 0 && a < b)
  }
}

/** The page that is open counts as one viewed now. */
function viewedItems(
  { body, placeOf }: Recommender,
  { viewed, current }: ReadingVisitor,
  now: number,
): ViewedItem[] {
  const lastAt = new Map<string, number>()
  for (const { path, at } of viewed) lastAt.set(path, Math.max(at, lastAt.get(path) ?? at))
  if (current !== null) lastAt.set(current, now)
  return [...lastAt].flatMap(([path, at]) => {
    const place = placeOf.get(path)
    if (place === undefined) return []
    return { place, weight: viewWeight(1, now - at, body.halfLifeDays) }
  })
}

function seenPaths(
  { viewed }: ReadingVisitor,
  { seenWithinDays }: RecommendRules,
  now: number,
): ReadonlySet<string> {
  const since = now - seenWithinDays * DAY_MS
  return new Set(viewed.filter(({ at }) => at > since).map(({ path }) => path))
}

/**
 * No kind takes up the answer; pages of no known kind count as of none. A few passes over the items cost less than
 * sorting them.
 */
function varied(
  recommender: Recommender,
  allowed: readonly number[],
  scores: Float64Array,
  { limit, perKind }: RecommendRules,
): number[] {
  const isBefore = orderOf(recommender, scores)
  const kindOf = (place: number) => recommender.body.items[place]?.kind ?? null
  const taken = new Map<string, number>()
  const chosen = new Set<number>()
  const best = (fits: (place: number) => boolean): number | null => {
    let found: number | null = null
    for (const place of allowed) {
      if (chosen.has(place) || !fits(place)) continue
      if (found === null || isBefore(place, found)) found = place
    }
    return found
  }
  const hasRoom = (place: number): boolean => {
    const kind = kindOf(place)
    return kind === null || (taken.get(kind) ?? 0) < perKind
  }
  while (chosen.size < limit) {
    const next = best(hasRoom) ?? best(() => true)
    if (next === null) break
    chosen.add(next)
    const kind = kindOf(next)
    if (kind !== null) taken.set(kind, (taken.get(kind) ?? 0) + 1)
  }
  return [...chosen]
}

function entry({ body }: Recommender, scored: ItemScores, place: number): Recommendation {
  const { path, title, kind } = body.items[place] as RecommendedItem
  const score = scored.scores[place] ?? 0
  const because = scored.because(place)
  const read = because === null ? undefined : body.items[because]
  // What the score of items knows nothing of is there because others read it.
  const basis = read ? scored.basis : 'popular'
  return { path, title, kind, score, basis, reason: sentence(basis, read) }
}

function sentence(basis: Basis, read: RecommendedItem | undefined): string {
  if (!read || basis === 'popular') return 'Many visitors have read this lately.'
  const what = read.title === null ? read.path : `“${read.title}”`
  return basis === 'taste'
    ? `Because they read ${what}.`
    : `Visitors who read ${what} often read this too.`
}
