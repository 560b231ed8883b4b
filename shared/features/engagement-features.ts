import { sessionIntervals } from '#shared/profile/activity-slots.ts'
import { activeDays, type Counter, DAY_MS, sumDays } from '#shared/profile/day-counts.ts'
import type { Profile } from '#shared/profile/profile.ts'
import { CHANNEL_LEVELS, channelLevel } from './channel-level.ts'
import type { CategoryFeature, FeatureDefinition, NumberFeature } from './feature.ts'
import { ofLevel, ofNumber, plural, times } from './phrasing.ts'

const MINUTE_MS = 60_000

type Described = Pick<NumberFeature, 'name' | 'unit' | 'description' | 'phrase'>

function engagement(described: Described, compute: NumberFeature['compute']): FeatureDefinition {
  return { ...described, type: 'number', side: 'engagement', compute }
}

/** Windows of counters are UTC days: today and the days before it. */
function counted(counter: Counter, windowDays: number, described: Described): FeatureDefinition {
  return engagement(described, (profile, now) => sumDays(profile.days, counter, windowDays, now))
}

function channel(
  name: string,
  description: string,
  phrase: CategoryFeature['phrase'],
  read: (profile: Profile) => string | undefined,
): FeatureDefinition {
  return {
    name,
    type: 'category',
    unit: 'level',
    side: 'engagement',
    levels: CHANNEL_LEVELS,
    description,
    phrase,
    compute: (profile) => {
      const value = read(profile)
      return value === undefined ? null : channelLevel(value)
    },
  }
}

function sessionsSince(profile: Profile, since: number) {
  return sessionIntervals(profile.slots).filter((session) => session.endAt >= since)
}

/** What a visitor did here. Nothing of it may follow from the conversion itself. */
export const ENGAGEMENT_FEATURES: readonly FeatureDefinition[] = [
  counted('pageviews', 7, {
    name: 'pageviews_7d',
    unit: 'pages',
    description: 'Pages viewed today and in the six days before.',
    phrase: ofNumber(
      (n) => `viewed ${plural(n, 'page')} this week`,
      'no page this week',
      'page views unknown',
    ),
  }),
  engagement(
    {
      name: 'sessions_30d',
      unit: 'sessions',
      description: 'Sessions in the last 30 days.',
      phrase: ofNumber(
        (n) => `${plural(n, 'visit')} in 30 days`,
        'no visit in 30 days',
        'visits unknown',
      ),
    },
    (profile, now) => sessionsSince(profile, now - 30 * DAY_MS).length,
  ),
  engagement(
    {
      name: 'days_active_14d',
      unit: 'days',
      description: 'Days with any activity, today and the 13 days before.',
      phrase: ofNumber(
        (n) => `active on ${plural(n, 'day')} of the last 14`,
        'not active in 14 days',
        'active days unknown',
      ),
    },
    (profile, now) => activeDays(profile.days, 14, now),
  ),
  counted('pricingViews', 7, {
    name: 'pricing_views_7d',
    unit: 'pages',
    description: 'Views of pricing pages this week.',
    phrase: ofNumber(
      (n) => `visited pricing ${times(n)} this week`,
      'did not visit pricing this week',
      'pricing visits unknown',
    ),
  }),
  counted('pricingViews', 30, {
    name: 'pricing_views_30d',
    unit: 'pages',
    description: 'Views of pricing pages in 30 days.',
    phrase: ofNumber(
      (n) => `visited pricing ${times(n)} in 30 days`,
      'did not visit pricing in 30 days',
      'pricing visits unknown',
    ),
  }),
  counted('demoViews', 7, {
    name: 'demo_views_7d',
    unit: 'pages',
    description: 'Views of demo request pages this week.',
    phrase: ofNumber(
      (n) => `looked at the demo page ${times(n)} this week`,
      'did not look at the demo page this week',
      'demo page visits unknown',
    ),
  }),
  counted('docsViews', 7, {
    name: 'docs_views_7d',
    unit: 'pages',
    description: 'Views of documentation pages this week.',
    phrase: ofNumber(
      (n) => `read ${plural(n, 'documentation page')} this week`,
      'read no documentation this week',
      'documentation reading unknown',
    ),
  }),
  counted('customerViews', 14, {
    name: 'customer_story_views_14d',
    unit: 'pages',
    description: 'Views of customer stories in 14 days.',
    phrase: ofNumber(
      (n) => `read ${plural(n, 'customer story page')} in 14 days`,
      'read no customer story in 14 days',
      'customer story reading unknown',
    ),
  }),
  counted('careersViews', 30, {
    name: 'careers_views_30d',
    unit: 'pages',
    description: 'Views of career pages in 30 days: often an applicant, not a buyer.',
    phrase: ofNumber(
      (n) => `looked at careers ${times(n)} in 30 days`,
      'did not look at careers',
      'careers visits unknown',
    ),
  }),
  counted('forms', 30, {
    name: 'form_submits_30d',
    unit: 'forms',
    description: 'Forms sent in 30 days.',
    phrase: ofNumber(
      (n) => `sent ${plural(n, 'form')} in 30 days`,
      'sent no form in 30 days',
      'forms unknown',
    ),
  }),
  counted('keyEvents', 30, {
    name: 'key_events_30d',
    unit: 'events',
    description: 'Downloads, videos, webinars and the like in 30 days.',
    phrase: ofNumber(
      (n) => `${plural(n, 'key action')} in 30 days`,
      'no key action in 30 days',
      'key actions unknown',
    ),
  }),
  engagement(
    {
      name: 'days_since_last_visit',
      unit: 'days',
      description: 'Whole days since the last event.',
      phrase: ofNumber(
        (n) => `last seen ${plural(n, 'day')} ago`,
        'seen within the last day',
        'last visit unknown',
      ),
    },
    (profile, now) =>
      profile.lastSeenAt === null
        ? null
        : Math.max(0, Math.floor((now - profile.lastSeenAt) / DAY_MS)),
  ),
  engagement(
    {
      name: 'minutes_on_site_7d',
      unit: 'minutes',
      description: 'Minutes from the first to the last event of each session, in seven days.',
      phrase: ofNumber(
        (n) => `${plural(n, 'minute')} on the site this week`,
        'no time on the site this week',
        'time on the site unknown',
      ),
    },
    (profile, now) => {
      const since = now - 7 * DAY_MS
      let totalMs = 0
      for (const { startAt, endAt } of sessionsSince(profile, since)) {
        totalMs += endAt - Math.max(startAt, since)
      }
      return Math.round(totalMs / MINUTE_MS)
    },
  ),
  engagement(
    {
      name: 'return_visits',
      unit: 'sessions',
      description: 'Sessions in 30 days that began on a later day than the very first visit.',
      phrase: ofNumber((n) => `came back ${times(n)}`, 'has not come back yet', 'returns unknown'),
    },
    (profile, now) => {
      if (profile.firstSeenAt === null) return 0
      const firstDay = Math.floor(profile.firstSeenAt / DAY_MS)
      return sessionsSince(profile, now - 30 * DAY_MS).filter(
        (session) => Math.floor(session.startAt / DAY_MS) > firstDay,
      ).length
    },
  ),
  channel(
    'first_channel',
    'Channel of the very first visit.',
    ofLevel((level) => `first came through ${level}`, 'first channel unknown'),
    (profile) => profile.firstTouch?.channel,
  ),
  channel(
    'last_channel',
    'Channel of the last visit that did not come directly.',
    ofLevel((level) => `last came through ${level}`, 'last channel unknown'),
    (profile) => profile.lastTouch?.channel,
  ),
]
