import type { CapturedEvent } from '#shared/events/captured-event.ts'
import { type Counter, DAY_MS } from '#shared/profile/day-counts.ts'
import { foldEvent, type Profile, totalOf, traitOf } from '#shared/profile/profile.ts'
import { DIRECT_CHANNEL } from '#shared/sessions/session.ts'
import { emailKind } from './firmographics.ts'
import { type FeatureValues, featuresOf } from './registry.ts'

const MINUTE_MS = 60_000

type ActionEvent = Pick<CapturedEvent, 'type'> & Partial<CapturedEvent>

interface NextAction {
  action: string
  /** What it is, as the beginning of a sentence: "One more pricing visit". */
  phrase: (profile: Profile) => string
  /** From now to its first event, in milliseconds. */
  delayMs: number
  /** What the site would capture, a minute from one to the next. */
  events: readonly ActionEvent[]
  /** Whether there is anything left to do of this kind. */
  isOpen?: (profile: Profile) => boolean
}

const page = (path: string): ActionEvent => ({ type: 'page', path })
const track = (name: string): ActionEvent => ({ type: 'track', name })

const one = (noun: string, counter: Counter) => (profile: Profile) =>
  totalOf(profile, counter) > 0 ? `One more ${noun}` : `One ${noun}`

/** What a visitor may do next, in the order that settles equal scores. None is the conversion. */
export const NEXT_ACTIONS = [
  {
    action: 'request_demo',
    phrase: () => 'One demo request',
    delayMs: MINUTE_MS,
    events: [page('/demo'), track('Demo Requested')],
  },
  {
    action: 'visit_pricing',
    phrase: one('pricing visit', 'pricingViews'),
    delayMs: MINUTE_MS,
    events: [page('/pricing')],
  },
  {
    action: 'come_back_tomorrow',
    phrase: () => 'Coming back tomorrow',
    delayMs: DAY_MS,
    events: [page('/')],
  },
  {
    action: 'give_company_email',
    phrase: () => 'A company e-mail address',
    delayMs: MINUTE_MS,
    events: [{ type: 'identify', traits: { email: 'visitor@company.example' } }],
    isOpen: (profile) => {
      const email = traitOf(profile, 'email')
      return typeof email !== 'string' || emailKind(email) !== 'company'
    },
  },
  {
    action: 'read_customer_story',
    phrase: one('customer story', 'customerViews'),
    delayMs: MINUTE_MS,
    events: [page('/customers/story')],
  },
  {
    action: 'register_for_webinar',
    phrase: () => 'One webinar registration',
    delayMs: MINUTE_MS,
    events: [track('Webinar Registered')],
  },
  {
    action: 'read_documentation',
    phrase: one('documentation page', 'docsViews'),
    delayMs: MINUTE_MS,
    events: [page('/docs/guide')],
  },
] as const satisfies readonly NextAction[]

export const ACTION_NAMES = NEXT_ACTIONS.map(({ action }) => action)
export type ActionName = (typeof ACTION_NAMES)[number]

/** A visitor's features had they done one thing more. */
export interface ChangedFeatures {
  action: ActionName
  /** "One more pricing visit" */
  phrase: string
  features: FeatureValues
}

/**
 * The features after each action that a visitor can still take, by folding its events into the live
 * profile: so everything that such a visit changes (sessions, active days, minutes …) changes with it.
 * Nothing for a visitor who has converted.
 *
 * @param now Unix milliseconds
 */
export function afterNextActions(profile: Profile, now: number): ChangedFeatures[] {
  if (totalOf(profile, 'conversions') > 0) return []
  const open = NEXT_ACTIONS.filter((each: NextAction) => each.isOpen?.(profile) ?? true)
  return open.map((each) => {
    const events = eventsOf(each, profile, now)
    const at = events.at(-1)?.occurredAt ?? now
    const features = featuresOf(events.reduce(foldEvent, profile), at)
    return { action: each.action, phrase: each.phrase(profile), features }
  })
}

/** After all that is known, so that the first visit stays the first whatever the client's clock says. */
function eventsOf({ action, events, delayMs }: NextAction, profile: Profile, now: number) {
  const from = Math.max(now, profile.lastSeenAt ?? now) + delayMs
  return events.map((given, index): CapturedEvent => {
    const at = from + index * MINUTE_MS
    return {
      ...UNSAID,
      messageId: `${action}-${index}`,
      visitorId: profile.visitorId,
      anonymousId: profile.visitorId,
      occurredAt: at,
      receivedAt: at,
      ...given,
    }
  })
}

/** A visit that says nothing new of where it comes from or on what device. */
const UNSAID = {
  name: null,
  userId: null,
  previousId: null,
  groupId: null,
  bot: false,
  verified: false,
  channel: DIRECT_CHANNEL,
  source: null,
  medium: null,
  campaign: null,
  referrerHost: null,
  country: null,
  url: null,
  path: null,
  title: null,
  properties: {},
  traits: {},
  context: {},
}
