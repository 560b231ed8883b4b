import { pageKind } from '#shared/features/page-kind.ts'
import { sessionIntervals } from '#shared/profile/activity-slots.ts'
import { type Counter, DAY_MS } from '#shared/profile/day-counts.ts'
import { type Profile, totalOf, traitOf } from '#shared/profile/profile.ts'
import type { Score } from '#shared/scoring/score.ts'
import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'
import { type TargetingFacts, UNSEEN_VISITOR } from './facts.ts'

const KIND_COUNTERS: readonly (readonly [string, Counter])[] = [
  ['pricing', 'pricingViews'],
  ['demo', 'demoViews'],
  ['docs', 'docsViews'],
  ['customers', 'customerViews'],
  ['product', 'productViews'],
  ['blog', 'blogViews'],
  ['careers', 'careersViews'],
]

/**
 * What targeting may know of a live profile at `now` (Unix milliseconds) with its current score.
 * Visits are counted over the profile's activity window (31 days), and one that has gone silent for
 * longer than a session lasts makes room for the visit that asks.
 */
export function factsOf(
  profile: Profile,
  now: number,
  score: Pick<Score, 'points' | 'grade'> | null,
): TargetingFacts {
  const { firstSeenAt, lastSeenAt, firstTouch, lastTouch } = profile
  if (firstSeenAt === null || lastSeenAt === null) return withScore(UNSEEN_VISITOR, score)
  const resumed = now - lastSeenAt <= SESSION_IDLE_MS
  const company = traitOf(profile, 'company.name') ?? traitOf(profile, 'company')
  const campaigns = [firstTouch?.campaign, lastTouch?.campaign].filter((name) => name != null)
  return withScore(
    {
      channel: lastTouch?.channel ?? null,
      campaign: lastTouch?.campaign ?? null,
      source: lastTouch?.source ?? null,
      medium: lastTouch?.medium ?? null,
      country: profile.country?.value ?? null,
      company: typeof company === 'string' && company !== '' ? company : null,
      path: profile.paths[0]?.path ?? null,
      visits: Math.max(1, sessionIntervals(profile.slots).length + (resumed ? 0 : 1)),
      pageviews: totalOf(profile, 'pageviews'),
      formsSent: totalOf(profile, 'forms'),
      daysSinceFirstSeen: daysBetween(firstSeenAt, now),
      daysSinceLastSeen: daysBetween(lastSeenAt, now),
      pageKinds: kindsSeen(profile),
      campaigns: [...new Set(campaigns)],
      known: profile.userId !== null || typeof traitOf(profile, 'email') === 'string',
      points: null,
      grade: null,
    },
    score,
  )
}

/**
 * The facts as they stand while this page is looked at: its address is newer than the profile,
 * because a page is asked for before its view is recorded.
 */
export function factsOnPage(facts: TargetingFacts, url: URL): TargetingFacts {
  const campaign = url.searchParams.get('utm_campaign')
  const source = url.searchParams.get('utm_source')
  const medium = url.searchParams.get('utm_medium')
  const arrived = campaign !== null || source !== null || medium !== null
  return arrived
    ? { ...facts, path: url.pathname, campaign, source, medium }
    : { ...facts, path: url.pathname }
}

function withScore(
  facts: TargetingFacts,
  score: Pick<Score, 'points' | 'grade'> | null,
): TargetingFacts {
  return score ? { ...facts, points: score.points, grade: score.grade } : facts
}

function kindsSeen(profile: Profile): string[] {
  const counted = KIND_COUNTERS.filter(([, counter]) => totalOf(profile, counter) > 0)
  const kinds = new Set<string>(counted.map(([kind]) => kind))
  for (const { path } of profile.paths) {
    const kind = pageKind(path)
    if (kind) kinds.add(kind)
  }
  return [...kinds]
}

function daysBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / DAY_MS))
}
