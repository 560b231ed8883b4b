import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { capturedEvent, shuffled, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { DAY_MS } from '#shared/profile/day-counts.ts'
import { emptyProfile, foldEvent, Profile } from '#shared/profile/profile.ts'
import { mergeSessions, sessionOf } from '#shared/sessions/session.ts'
import { AS_STATED } from './feature.ts'
import { FeatureInput, parseFeatureInput } from './feature-input.ts'
import { pageKind } from './page-kind.ts'
import { FEATURE_HASH, FEATURES, featureByName, featuresOf } from './registry.ts'

const T0 = Date.UTC(2026, 0, 15, 10)
const MINUTE_MS = 60_000

function fold(events: readonly CapturedEvent[]): Profile {
  return events.reduce(foldEvent, emptyProfile('visitor-1'))
}

/** Straight from the events, with nothing of the profile: what the features mean. */
function recomputed(all: readonly CapturedEvent[], now: number): Record<string, unknown> {
  const events = all.filter((event) => !event.bot)
  const day = (at: number) => Math.floor(at / DAY_MS)
  const within = (days: number) => (event: CapturedEvent) => day(event.occurredAt) > day(now) - days
  const views = (kind: string | null, days: number) =>
    events.filter(
      (event) =>
        within(days)(event) &&
        (event.type === 'page' || event.type === 'screen') &&
        (kind === null || pageKind(event.path) === kind),
    ).length
  const tracked = (name: string, days: number) =>
    events.filter((e) => within(days)(e) && e.type === 'track' && e.name === name).length
  const byTime = [...events].sort(
    (a, b) => a.occurredAt - b.occurredAt || (a.messageId < b.messageId ? -1 : 1),
  )
  const first = byTime[0]
  const last = byTime.at(-1)
  const sessions = mergeSessions([], events.map(sessionOf)).filter(
    (session) => session.endAt >= now - 30 * DAY_MS,
  )
  const minutes = sessions.reduce((sum, { startAt, endAt }) => {
    const since = now - 7 * DAY_MS
    return endAt < since ? sum : sum + endAt - Math.max(startAt, since)
  }, 0)
  const touch = byTime.findLast((event) => event.channel !== 'direct') ?? last
  const level = (channel: string | undefined) =>
    channel === undefined ? null : channel === 'new one' ? 'other' : channel
  return {
    pageviews_7d: views(null, 7),
    sessions_30d: sessions.length,
    days_active_14d: new Set(events.filter(within(14)).map((e) => day(e.occurredAt))).size,
    pricing_views_7d: views('pricing', 7),
    pricing_views_30d: views('pricing', 30),
    demo_views_7d: views('demo', 7),
    docs_views_7d: views('docs', 7),
    customer_story_views_14d: views('customers', 14),
    careers_views_30d: views('careers', 30),
    form_submits_30d: tracked('Form Submitted', 30),
    key_events_30d: tracked('Video Played', 30),
    days_since_last_visit: last ? Math.floor((now - last.occurredAt) / DAY_MS) : null,
    minutes_on_site_7d: Math.round(minutes / MINUTE_MS),
    return_visits: sessions.filter((s) => first && day(s.startAt) > day(first.occurredAt)).length,
    first_channel: level(first?.channel),
    last_channel: level(touch?.channel),
  }
}

describe('features', () => {
  test('are the same online, in any order, and recomputed from the events in one go', () => {
    // Not a whole number of half hours after the newest event, so that edges of windows are met.
    const readDelays = fc.constantFrom(0, 1, 90 * MINUTE_MS, 3 * DAY_MS, 10 * DAY_MS + 1)
    fc.assert(
      fc.property(shuffled(visitorEvents), readDelays, ({ items, shuffle }, delay) => {
        const people = items.filter((event) => !event.bot)
        const now = people.reduce((max, e) => Math.max(max, e.occurredAt), T0) + delay
        const online = featuresOf(
          shuffle.reduce<Profile>(
            (profile, event) =>
              foldEvent(Profile.parse(JSON.parse(JSON.stringify(profile))), event),
            emptyProfile('visitor-1'),
          ),
          now,
        )
        expect(featuresOf(fold(items), now)).toEqual(online)
        expect(online).toMatchObject(recomputed(items, now))
      }),
      { numRuns: 200 },
    )
  })

  test('are all there, of their declared type, for every profile', () => {
    fc.assert(
      fc.property(visitorEvents, (events) => {
        // As an API user could send them back.
        const { [AS_STATED]: _, ...values } = featuresOf(fold(events), T0 + 60 * DAY_MS)
        expect(Object.keys(values)).toEqual(FEATURES.map((feature) => feature.name))
        expect(parseFeatureInput(values)).toEqual({ kind: 'ok', values })
      }),
    )
  })

  test('do not see the conversion that they predict, beyond its being an event', () => {
    const before = [capturedEvent(), capturedEvent({ messageId: 'p', path: '/pricing' })]
    const trial = (name: string) =>
      capturedEvent({ messageId: 't', occurredAt: T0, type: 'track', name, path: '/signup' })
    expect(featuresOf(fold([...before, trial('Trial Started')]), T0)).toEqual(
      featuresOf(fold([...before, trial('Clicked')]), T0),
    )
  })

  test('of a visitor nobody has seen say unknown where unknown is meant', () => {
    const values = featuresOf(emptyProfile('nobody'), T0)
    expect(values).toMatchObject({ pageviews_7d: 0, employees: null, days_since_last_visit: null })
  })

  test('of a known buyer tell fit from what the company said', () => {
    const profile = fold([
      capturedEvent({
        type: 'identify',
        country: 'DE',
        traits: {
          email: 'kim@demo-alder.example',
          title: 'VP Operations',
          company: { employees: '201-500', industry: 'Freight' },
        },
        context: { userAgent: 'Mozilla/5.0 (iPhone; CPU) Mobile/15E148' },
      }),
    ])
    expect(featuresOf(profile, T0)).toMatchObject({
      has_company_email: true,
      employees: 317,
      industry: 'logistics',
      job_seniority: 'executive',
      country_tier: 'core',
      device_kind: 'mobile',
    })
  })
})

describe('the registry', () => {
  test('has distinct names, and descriptions and phrases for people', () => {
    expect(new Set(FEATURES.map((feature) => feature.name)).size).toBe(FEATURES.length)
    for (const feature of FEATURES) {
      const samples =
        feature.type === 'number'
          ? [0, 1, 2, 1234.56]
          : feature.type === 'boolean'
            ? [true, false]
            : feature.levels
      const phrases = [...samples, null].map((value) => feature.phrase(value))
      expect(new Set(phrases).size, `${feature.name}: ${phrases.join('; ')}`).toBe(phrases.length)
      for (const phrase of [...phrases, feature.description]) {
        expect(phrase).not.toMatch(/undefined|null|NaN|_/)
      }
    }
  })

  test('speaks plainly', () => {
    const say = (name: string, value: number | string | boolean | null) =>
      featureByName(name)?.phrase(value)
    expect(say('pricing_views_7d', 4)).toBe('visited pricing 4 times this week')
    expect(say('pricing_views_7d', 1)).toBe('visited pricing once this week')
    expect(say('employees', 1200)).toBe('company of 1,200 people')
    expect(say('last_channel', 'paid_search')).toBe('last came through paid search')
    expect(say('has_company_email', null)).toBe('gave no e-mail address')
    expect(say('return_visits', 2)).toBe('came back twice')
  })

  test('has the fingerprint that shipped models carry: a change here needs new models', () => {
    expect(FEATURE_HASH).toBe('34cd4dfa08c93192')
  })
})

describe('a bare feature object', () => {
  test('may leave out anything', () => {
    const result = parseFeatureInput({ pricing_views_7d: 3, employees: null })
    expect(result).toMatchObject({ kind: 'ok', values: { pricing_views_7d: 3, employees: null } })
    expect(result.kind === 'ok' && Object.keys(result.values)).toHaveLength(FEATURES.length)
  })

  test.each<[unknown, string, RegExp]>([
    [{ pricing_visits: 3 }, 'pricing_visits', /no known feature/],
    [{ constructor: 3 }, 'constructor', /no known feature/],
    [{ employees: Number.NaN }, 'employees', /finite number/],
    [{ employees: Number.POSITIVE_INFINITY }, 'employees', /finite number/],
    [{ employees: -1 }, 'employees', /negative/],
    [{ employees: '40' }, 'employees', /finite number \(people\)/],
    [{ has_company_email: 'yes' }, 'has_company_email', /true or false/],
    [{ last_channel: 'pigeon' }, 'last_channel', /one of direct, organic_search/],
    [[], 'features', /./],
    [null, 'features', /./],
  ])('%j is refused by the name of the field', (input, field, reason) => {
    const result = parseFeatureInput(input)
    expect(result).toEqual({
      kind: 'invalid',
      issues: [{ field, reason: expect.stringMatching(reason) }],
    })
    expect(FeatureInput.safeParse(input).success).toBe(false)
  })

  test('names every bad field, not only the first', () => {
    const result = parseFeatureInput({ employees: 'x', nope: 1, nada: 2 })
    expect(result.kind === 'invalid' && result.issues.map((issue) => issue.field).sort()).toEqual([
      'employees',
      'nada',
      'nope',
    ])
  })
})
