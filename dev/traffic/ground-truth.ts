import { trackKind } from '#shared/features/event-kind.ts'
import { seniorityOf } from '#shared/features/firmographics.ts'
import { pageKind } from '#shared/features/page-kind.ts'
import { SESSION_IDLE_MS } from '#shared/sessions/session.ts'
import type { ClientCall } from './client-call.ts'
import type { LandingChannel } from './landings.ts'
import type { DemoPerson } from './people.ts'

const DAY_MS = 86_400_000

/**
 * Why simulated people start a trial, in log-odds at the end of a session. This is the truth a
 * model can be held against; noise (each person's `taste`) bounds how well any model can do.
 */
const TRUE_WEIGHTS = {
  intercept: -8.6,
  /** For each of up to 6 pricing views in seven days. */
  pricingView: 0.5,
  /** For each of up to 8 sessions after the first. */
  returnVisit: 0.3,
  /** For each of up to 6 documentation pages in seven days. */
  docsView: 0.2,
  /** For each of up to 4 customer stories in 14 days. */
  storyView: 0.25,
  /** Once a form was sent. */
  formSent: 0.9,
  /** For each of up to 3 career pages in 30 days. */
  careersView: -1,
  /** For each tenfold of the company's head count over 100, within 10 and 3,000. */
  companySize: 1,
  privateVisitor: -0.9,
  seniority: { executive: 1.2, director: 1, manager: 0.4, specialist: 0, student: -1.8 },
  firstChannel: {
    referral: 0.7,
    organic_search: 0.4,
    ai_assistant: 0.4,
    paid_search: 0.3,
    email: 0.2,
    direct: 0,
    organic_social: -0.3,
    paid_social: -0.7,
  } satisfies Record<LandingChannel, number>,
} as const

/** Standard deviation of what nothing observable explains, in log-odds. */
export const TASTE_DEVIATION = 0.6

export interface Lived {
  person: DemoPerson
  firstChannel: LandingChannel
  /** The person's own share, in log-odds, that no feature shows. */
  taste: number
  calls: readonly ClientCall[]
}

interface Driver {
  name: string
  /** Log-odds. */
  contribution: number
}

export interface GroundTruth {
  /** Log-odds of starting a trial at the end of a session at this time. */
  intent: number
  probability: number
  drivers: Driver[]
}

/** The latent intent of a person at the time `at` (Unix milliseconds), and what makes it up. */
export function groundTruth(lived: Lived, at: number): GroundTruth {
  const drivers = [...behaviour(lived.calls, at), ...character(lived)]
  const intent = drivers.reduce((sum, driver) => sum + driver.contribution, 0)
  return { intent, probability: 1 / (1 + Math.exp(-intent)), drivers }
}

function behaviour(calls: readonly ClientCall[], until: number): Driver[] {
  const w = TRUE_WEIGHTS
  let pricing = 0
  let docs = 0
  let stories = 0
  let careers = 0
  let sessions = 0
  let formSent = false
  let previousAt = Number.NEGATIVE_INFINITY
  for (const call of calls) {
    const at = Date.parse(call.timestamp)
    if (at > until) break
    if (at - previousAt > SESSION_IDLE_MS) sessions++
    previousAt = at
    const age = until - at
    if (call.type === 'track' && trackKind(call.event ?? null) === 'form') formSent = true
    if (call.type !== 'page') continue
    const kind = pageKind(call.context.page.path)
    if (kind === 'pricing' && age < 7 * DAY_MS) pricing++
    else if (kind === 'docs' && age < 7 * DAY_MS) docs++
    else if (kind === 'customers' && age < 14 * DAY_MS) stories++
    else if (kind === 'careers' && age < 30 * DAY_MS) careers++
  }
  return [
    { name: 'pricing views', contribution: w.pricingView * Math.min(pricing, 6) },
    { name: 'return visits', contribution: w.returnVisit * Math.min(Math.max(sessions - 1, 0), 8) },
    { name: 'documentation', contribution: w.docsView * Math.min(docs, 6) },
    { name: 'customer stories', contribution: w.storyView * Math.min(stories, 4) },
    { name: 'form sent', contribution: formSent ? w.formSent : 0 },
    { name: 'career pages', contribution: w.careersView * Math.min(careers, 3) },
  ]
}

function character({ person, firstChannel, taste }: Lived): Driver[] {
  const w = TRUE_WEIGHTS
  const seniority = seniorityOf((key) => (key === 'title' ? person.title : undefined))
  const size = person.company
    ? w.companySize * Math.log10(Math.min(3000, Math.max(10, person.company.employees)) / 100)
    : w.privateVisitor
  return [
    { name: 'base', contribution: w.intercept },
    { name: 'company size', contribution: size },
    { name: 'seniority', contribution: seniority ? w.seniority[seniority] : 0 },
    { name: 'first channel', contribution: w.firstChannel[firstChannel] },
    { name: 'taste', contribution: taste },
  ]
}
