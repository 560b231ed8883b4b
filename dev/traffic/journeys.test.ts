import { describe, expect, test } from 'vitest'
import { startSite } from '#dev/site/server.ts'
import { isBotAgent } from '#edge/capture/bot.ts'
import { CapturedEvent } from '#shared/events/captured-event.ts'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import { pageKind } from '#shared/features/page-kind.ts'
import { DEMO_PATHS } from './browsing.ts'
import { captureCall } from './capture-calls.ts'
import { groundTruth } from './ground-truth.ts'
import { type Journey, type PersonJourney, type Simulation, simulateJourneys } from './journeys.ts'
import { demoCompanies } from './people.ts'

const DAY_MS = 86_400_000
const to = Date.UTC(2026, 8, 1)
const simulation: Simulation = {
  seed: 7,
  companies: 60,
  visitors: 4000,
  from: to - 120 * DAY_MS,
  to,
}
const journeys = [...simulateJourneys(simulation)]
const people = journeys.filter((journey): journey is PersonJourney => journey.kind === 'person')
const calls = journeys.flatMap((journey) => journey.calls)

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function views(journey: Journey, kind: string): number {
  return journey.calls.filter((c) => c.type === 'page' && pageKind(c.context.page.path) === kind)
    .length
}

describe('simulated journeys', () => {
  test('are the same for the same seed and others for another', () => {
    const few = { ...simulation, visitors: 50 }
    expect([...simulateJourneys(few)]).toEqual([...simulateJourneys(few)])
    expect([...simulateJourneys({ ...few, seed: 8 })]).not.toEqual([...simulateJourneys(few)])
  })

  test('do not change when more visitors are simulated', () => {
    const few = [...simulateJourneys({ ...simulation, visitors: 50 })]
    expect(journeys.slice(0, 50)).toEqual(few)
  })

  test('have message ids of their own, within the limit of 100 characters', () => {
    expect(new Set(calls.map((call) => call.messageId)).size).toBe(calls.length)
    expect(Math.max(...calls.map((call) => call.messageId.length))).toBeLessThanOrEqual(100)
  })

  test('run forwards in time and stay within their span', () => {
    for (const journey of journeys) {
      const times = journey.calls.map((call) => Date.parse(call.timestamp))
      expect(times).toEqual([...times].sort((a, b) => a - b))
      for (const at of times) {
        expect(at).toBeGreaterThanOrEqual(simulation.from - DAY_MS)
        expect(at).toBeLessThanOrEqual(simulation.to)
      }
    }
  })

  test('visit only pages that the demo site has, through at least five channels', () => {
    const events = calls.map(captureCall)
    expect(events.filter((event) => !DEMO_PATHS.includes(event.path ?? ''))).toEqual([])
    const channels = new Set(events.map((event) => event.channel))
    for (const channel of ['direct', 'organic_search', 'paid_search', 'paid_social', 'email'])
      expect(channels).toContain(channel)
    expect(channels).not.toContain('campaign')
  })

  test('find every page they visit on the demo site, under its title', async () => {
    const site = await startSite({ port: 0, writeKey: 'ewk_demo' })
    const pages = new Map(calls.map(({ context: { page } }) => [page.path, page.title]))
    for (const [path, title] of pages) {
      const answer = await fetch(site.url + path)
      expect([path, answer.status]).toEqual([path, 200])
      expect(await answer.text()).toContain(`<title>${title}</title>`)
    }
    await site.stop()
    expect(pages.size).toBeGreaterThan(10)
  })

  test('are events that the edge could hand on', () => {
    for (const call of calls.slice(0, 2000)) CapturedEvent.parse(captureCall(call))
  })

  test('have bots that are recognised, and people who are not taken for bots', () => {
    for (const journey of journeys) {
      const [call] = journey.calls
      if (call) expect(isBotAgent(call.context.userAgent)).toBe(journey.kind === 'bot')
    }
    const bots = journeys.length - people.length
    expect(bots / journeys.length).toBeGreaterThan(0.03)
    expect(bots / journeys.length).toBeLessThan(0.1)
  })

  test('some people use two devices, told apart by their anonymous ids', () => {
    const devices = people.map((p) => new Set(p.calls.map((call) => call.anonymousId)).size)
    expect(Math.max(...devices)).toBe(2)
    expect(devices.filter((count) => count === 2).length / people.length).toBeGreaterThan(0.02)
  })
})

describe('demo companies and people', () => {
  test('are marked as demo data and reachable nowhere', () => {
    const companies = demoCompanies(7, 60)
    expect(new Set(companies.map((company) => company.domain)).size).toBe(60)
    for (const { name, domain } of companies) {
      expect(name).toMatch(/^Demo /)
      expect(domain).toMatch(/^demo-[a-z0-9-]+\.example$/)
    }
    for (const { person } of people) {
      expect(person.email).toMatch(/^[a-z.0-9]+@[a-z0-9-]+\.example$/)
      expect(person.lastName).toMatch(/\(demo\)$/)
    }
  })
})

describe('the ground truth', () => {
  const converts = people.filter((journey) => journey.convertedAt !== null)
  const others = people.filter((journey) => journey.convertedAt === null && journey.calls.length)

  test('lets 5 to 30 % of the identified people convert', () => {
    const identified = people.filter((journey) => journey.identified)
    expect(identified.length).toBeGreaterThan(200)
    expect(converts.length / identified.length).toBeGreaterThan(0.05)
    expect(converts.length / identified.length).toBeLessThan(0.3)
  })

  test('is the conversion event on the site, once, and says who it was', () => {
    for (const journey of converts) {
      const trials = journey.calls.filter((call) => call.event === CONVERSION_EVENT)
      expect(trials.map((call) => Date.parse(call.timestamp))).toEqual([journey.convertedAt])
      expect(journey.calls.some((call) => call.userId === journey.person.userId)).toBe(true)
    }
    for (const journey of others) {
      expect(journey.calls.some((call) => call.event === CONVERSION_EVENT)).toBe(false)
    }
  })

  test('shows in what converters did and who they are', () => {
    for (const kind of ['pricing', 'docs', 'customers']) {
      const [yes, no] = [converts, others].map((group) => average(group.map((j) => views(j, kind))))
      expect(yes, kind).toBeGreaterThan(2 * (no ?? 0))
    }
    const seniors = (group: PersonJourney[]) =>
      average(group.map((j) => (/CEO|CTO|VP|Head|Director|Founder/.test(j.person.title) ? 1 : 0)))
    expect(seniors(converts)).toBeGreaterThan(1.2 * seniors(others))
    const employed = (group: PersonJourney[]) =>
      average(group.map((j) => (j.person.company ? 1 : 0)))
    expect(employed(converts)).toBeGreaterThan(employed(others) + 0.1)
  })

  test('gives an intent that adds up from its drivers and ranks converters first', () => {
    const intents = (group: PersonJourney[]) =>
      group.map((journey) => {
        const at = journey.convertedAt ?? to
        const truth = groundTruth(journey, at - 1)
        expect(truth.drivers.reduce((sum, d) => sum + d.contribution, 0)).toBeCloseTo(truth.intent)
        return truth.intent
      })
    expect(average(intents(converts))).toBeGreaterThan(average(intents(others)) + 3)
  })

  test('knows no event after the time it is asked about', () => {
    const journey = converts[0]
    if (!journey) throw new Error('The simulation has no converter.')
    const at = Date.parse(journey.calls[2]?.timestamp ?? '')
    expect(groundTruth(journey, at)).toEqual(
      groundTruth({ ...journey, calls: journey.calls.slice(0, 3) }, at),
    )
  })
})
