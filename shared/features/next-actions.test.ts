import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capturedEvent, visitorEvents } from '#shared/profile/captured-event.arbitrary.ts'
import { emptyProfile, foldEvent, type Profile, totalOf } from '#shared/profile/profile.ts'
import { trackKind } from './event-kind.ts'
import { type ActionName, afterNextActions, NEXT_ACTIONS } from './next-actions.ts'
import { featuresOf } from './registry.ts'

const NOW = Date.UTC(2026, 0, 15, 10)
const MINUTE_MS = 60_000

const fold = (...events: Parameters<typeof capturedEvent>) =>
  events.reduce<Profile>(
    (profile, over) => foldEvent(profile, capturedEvent(over)),
    emptyProfile('visitor-1'),
  )
const visitor = fold({ occurredAt: NOW - 5 * MINUTE_MS, path: '/', channel: 'paid_search' })

function changed(action: ActionName, profile: Profile = visitor) {
  const found = afterNextActions(profile, NOW).find((each) => each.action === action)
  if (!found) throw new Error(`${action} is not open.`)
  return found
}

/** The features that an action changes, with what they become. */
function difference(action: ActionName, profile: Profile = visitor) {
  const before = featuresOf(profile, NOW)
  const after = Object.entries(changed(action, profile).features)
  return Object.fromEntries(after.filter(([name, value]) => value !== before[name]))
}

describe('what a visitor may do next', () => {
  test('changes every feature that the visit would change, and no other', () => {
    expect(difference('visit_pricing')).toEqual({
      pageviews_7d: 2,
      pricing_views_7d: 1,
      pricing_views_30d: 1,
      minutes_on_site_7d: 6,
    })
    expect(difference('request_demo')).toEqual({
      pageviews_7d: 2,
      demo_views_7d: 1,
      form_submits_30d: 1,
      minutes_on_site_7d: 7,
    })
    expect(difference('come_back_tomorrow')).toEqual({
      pageviews_7d: 2,
      sessions_30d: 2,
      days_active_14d: 2,
      return_visits: 1,
    })
    expect(difference('give_company_email')).toEqual({
      has_company_email: true,
      minutes_on_site_7d: 6,
    })
    expect(difference('register_for_webinar')).toMatchObject({ key_events_30d: 1 })
    expect(difference('read_customer_story')).toMatchObject({ customer_story_views_14d: 1 })
    expect(difference('read_documentation')).toMatchObject({ docs_views_7d: 1 })
  })

  test('is said as a first time or as once more', () => {
    expect(changed('visit_pricing').phrase).toBe('One pricing visit')
    const again = fold({ occurredAt: NOW - MINUTE_MS, path: '/pricing' })
    expect(changed('visit_pricing', again).phrase).toBe('One more pricing visit')
  })

  test('is nothing after the conversion, and not an address that is known already', () => {
    const converted = fold({ occurredAt: NOW - MINUTE_MS, type: 'track', name: 'Trial Started' })
    expect(afterNextActions(converted, NOW)).toEqual([])
    const known = (email: string) =>
      afterNextActions(
        fold({ occurredAt: NOW - MINUTE_MS, type: 'identify', traits: { email } }),
        NOW,
      ).map(({ action }) => action)
    expect(known('kim@gmail.com')).toContain('give_company_email')
    expect(known('kim@acme.example')).not.toContain('give_company_email')
  })

  test('is never the conversion that scores predict', () => {
    const kinds = NEXT_ACTIONS.flatMap(({ events }) =>
      events.map((event) => ('name' in event ? trackKind(event.name ?? null) : null)),
    )
    expect(kinds).toContain('form')
    expect(kinds).not.toContain('conversion')
  })

  test('leaves the visitor who they were, whatever came before and whatever a clock said', () => {
    fc.assert(
      fc.property(visitorEvents, fc.integer({ min: 0, max: 60 }), (events, day) => {
        const profile = events.reduce(foldEvent, emptyProfile('visitor-1'))
        const now = Date.UTC(2026, 0, 1) + day * 86_400_000
        const before = featuresOf(profile, now)
        const actions = afterNextActions(profile, now)
        expect(afterNextActions(profile, now)).toEqual(actions)
        if (totalOf(profile, 'conversions') > 0) expect(actions).toEqual([])
        for (const { action, features } of actions) {
          expect(Object.keys(features)).toEqual(Object.keys(before))
          if (profile.firstSeenAt === null) continue
          const same = ['first_channel', 'last_channel', 'employees', 'industry', 'device_kind']
          for (const name of same) expect(features[name], name).toBe(before[name])
          expect(features.days_since_last_visit, action).toBe(0)
        }
      }),
      { numRuns: 100 },
    )
  })
})
