import { describe, expect, test } from 'vitest'
import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { emptyProfile, foldEvent } from '#shared/profile/profile.ts'
import { TargetingFacts, UNSEEN_VISITOR } from './facts.ts'
import { factsOf, factsOnPage } from './facts-of-profile.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const START = Date.UTC(2026, 2, 2, 9)

function event(at: number, parts: Partial<CapturedEvent>): CapturedEvent {
  return {
    messageId: `m-${at}-${parts.type ?? 'page'}-${parts.path ?? ''}`,
    type: 'page',
    name: null,
    visitorId: 'v1',
    anonymousId: 'v1',
    userId: null,
    previousId: null,
    groupId: null,
    occurredAt: at,
    receivedAt: at,
    bot: false,
    verified: false,
    channel: 'direct',
    source: null,
    medium: null,
    campaign: null,
    referrerHost: null,
    country: 'DE',
    url: null,
    path: null,
    title: null,
    properties: {},
    traits: {},
    context: {},
    ...parts,
  }
}

const profileOf = (...events: CapturedEvent[]) => events.reduce(foldEvent, emptyProfile('v1'))

describe('facts of a profile', () => {
  test('of somebody never seen are those of a stranger', () => {
    expect(factsOf(emptyProfile('v1'), START, null)).toEqual(UNSEEN_VISITOR)
  })

  test('say where a visitor came from, what they saw and who they are', () => {
    const profile = profileOf(
      event(START, {
        path: '/pricing',
        channel: 'email',
        source: 'news',
        medium: 'email',
        campaign: 'spring-launch',
      }),
      event(START + MINUTE_MS, { path: '/signup' }),
      event(START + 2 * MINUTE_MS, { type: 'track', name: 'Form Submitted' }),
      event(START + 3 * MINUTE_MS, {
        type: 'identify',
        traits: { email: 'ada@rivermill.example', company: { name: 'Rivermill' } },
      }),
    )
    const facts = factsOf(profile, START + 5 * MINUTE_MS, { points: 81, grade: 'A' })
    expect(TargetingFacts.parse(facts)).toEqual(facts)
    expect(facts).toMatchObject({
      channel: 'email',
      campaign: 'spring-launch',
      campaigns: ['spring-launch'],
      country: 'DE',
      company: 'Rivermill',
      visits: 1,
      pageviews: 2,
      formsSent: 1,
      known: true,
      points: 81,
      grade: 'A',
    })
    expect([...facts.pageKinds].sort()).toEqual(['pricing', 'signup'])
  })

  test('count the visit under way, once', () => {
    const profile = profileOf(event(START, { path: '/' }), event(START + DAY_MS, { path: '/docs' }))
    expect(factsOf(profile, START + DAY_MS + MINUTE_MS, null).visits).toBe(2)
    const later = factsOf(profile, START + 5 * DAY_MS, null)
    expect(later).toMatchObject({ visits: 3, daysSinceFirstSeen: 5, daysSinceLastSeen: 4 })
  })

  test('never say that something happened after now', () => {
    const facts = factsOf(profileOf(event(START, { path: '/' })), START - DAY_MS, null)
    expect(facts.daysSinceFirstSeen).toBe(0)
  })
})

describe('facts on a page', () => {
  test('take the campaign of the address over the recorded one', () => {
    const known = { ...UNSEEN_VISITOR, campaign: 'autumn', source: 'news', medium: 'email' }
    const url = new URL('https://site.example/pricing?utm_campaign=spring-launch&utm_source=ads')
    expect(factsOnPage(known, url)).toMatchObject({
      path: '/pricing',
      campaign: 'spring-launch',
      source: 'ads',
      medium: null,
    })
  })

  test('keep the recorded campaign on an address without one', () => {
    const known = { ...UNSEEN_VISITOR, campaign: 'autumn' }
    expect(factsOnPage(known, new URL('https://site.example/docs'))).toMatchObject({
      path: '/docs',
      campaign: 'autumn',
    })
  })
})
