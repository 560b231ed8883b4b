import { CHECKLIST_FILE } from '#dev/site/page.ts'
import { CONVERSION_EVENT } from '#shared/features/event-kind.ts'
import { pageKind } from '#shared/features/page-kind.ts'
import { DEMO_PATHS, nextPath, STAGES, type Stage } from './browsing.ts'
import {
  type Browser,
  type ClientCall,
  clientCall,
  type OpenPage,
  type Said,
} from './client-call.ts'
import { botBrowser, personBrowser } from './devices.ts'
import { groundTruth, type Lived, TASTE_DEVIATION } from './ground-truth.ts'
import { type Landing, landing } from './landings.ts'
import { type DemoCompany, type DemoPerson, demoCompanies, demoPerson } from './people.ts'
import { type Random, randomStream } from './random.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 86_400_000

const BOT_SHARE = 0.06
const SECOND_DEVICE_SHARE = 0.25

/** Where the calls say they were made, unless told otherwise. */
const DEMO_SITE = 'https://www.edgewise-demo.example'

export interface Simulation {
  seed: number
  companies: number
  visitors: number
  /** Unix milliseconds. First visits spread evenly over `from`..`to`; nothing happens after `to`. */
  from: number
  to: number
  /** Origin of the visited pages. */
  site?: string
}

export interface PersonJourney extends Lived {
  kind: 'person'
  id: string
  /** Unix milliseconds of the trial's start; null where none was started before `to`. */
  convertedAt: number | null
  identified: boolean
  calls: ClientCall[]
}

interface BotJourney {
  kind: 'bot'
  id: string
  calls: ClientCall[]
}

/** What one person (on one or two devices) or one bot did, in the order of time. */
export type Journey = PersonJourney | BotJourney

/**
 * Simulated visits. The same options give the same journeys to the last byte, message ids
 * included, so that sending them twice is harmless. Each journey has its own random stream.
 */
export function* simulateJourneys(simulation: Simulation): Generator<Journey> {
  const companies = demoCompanies(simulation.seed, simulation.companies)
  for (let index = 0; index < simulation.visitors; index++) {
    const random = randomStream(simulation.seed, `visitor/${index}`)
    const startAt = officeHours(
      random,
      simulation.from + random.uniform() * (simulation.to - simulation.from),
    )
    yield random.chance(BOT_SHARE)
      ? botJourney(random, index, startAt, simulation)
      : new Walk(random, index, companies, simulation).live(startAt)
  }
}

const CONTINUES: Record<Stage, number> = {
  unaware: 0.35,
  researching: 0.6,
  evaluating: 0.78,
  buying: 0.85,
}
const GAP_DAYS: Record<Stage, number> = {
  unaware: 8,
  researching: 4.5,
  evaluating: 2.5,
  buying: 1.3,
}
const EXTRA_PAGES: Record<Stage, number> = {
  unaware: 1.2,
  researching: 2.6,
  evaluating: 4,
  buying: 4.5,
}
const IDENTIFIES: Record<Stage, number> = {
  unaware: 0.06,
  researching: 0.16,
  evaluating: 0.26,
  buying: 0.32,
}

/** One person's way through the site; holds what changes while it is walked. */
class Walk {
  private readonly calls: ClientCall[] = []
  private readonly person: DemoPerson
  private readonly browsers: [Browser, ...Browser[]]
  private readonly known = new Set<Browser>()
  private readonly prefix: string
  private readonly site: string
  private readonly random: Random
  private readonly to: number
  private readonly taste: number
  private stage: Stage

  constructor(random: Random, index: number, companies: DemoCompany[], simulation: Simulation) {
    this.random = random
    this.to = simulation.to
    this.site = simulation.site ?? DEMO_SITE
    this.prefix = `demo-${simulation.seed}-${index}`
    this.person = demoPerson(random, index, companies)
    this.taste = TASTE_DEVIATION * random.normal()
    const first = random.chance(0.8) ? 'desktop' : 'mobile'
    this.browsers = [personBrowser(random, `${this.prefix}-a`, this.person.country, first)]
    if (this.person.company && random.chance(SECOND_DEVICE_SHARE)) {
      const second = first === 'desktop' ? 'mobile' : 'desktop'
      this.browsers.push(personBrowser(random, `${this.prefix}-b`, this.person.country, second))
    }
    this.stage = random.weighted({ unaware: 52, researching: 30, evaluating: 13, buying: 5 })
  }

  live(startAt: number): PersonJourney {
    const { random } = this
    const firstLanding = landing(random, false)
    let at = startAt
    let arrival = firstLanding
    let convertedAt: number | null = null
    while (at <= this.to) {
      const browser = random.chance(0.7) ? this.browsers[0] : random.pick(this.browsers)
      const endAt = this.session(browser, at, arrival)
      const { probability } = groundTruth(
        {
          person: this.person,
          firstChannel: firstLanding.channel,
          taste: this.taste,
          calls: this.calls,
        },
        endAt,
      )
      if (random.chance(probability)) {
        convertedAt = this.startTrial(browser, endAt)
        break
      }
      if (!random.chance(CONTINUES[this.stage])) break
      this.moveOn()
      at = officeHours(
        random,
        endAt + 45 * MINUTE_MS + random.exponential(GAP_DAYS[this.stage] * DAY_MS),
      )
      arrival = landing(random, true)
    }
    const calls = this.calls.filter((call) => Date.parse(call.timestamp) <= this.to)
    return {
      kind: 'person',
      id: this.prefix,
      person: this.person,
      firstChannel: firstLanding.channel,
      taste: this.taste,
      convertedAt: convertedAt !== null && convertedAt <= this.to ? convertedAt : null,
      identified: calls.some((call) => call.type === 'identify'),
      calls,
    }
  }

  /** Walks a session's pages and returns the time of its last call. */
  private session(browser: Browser, startAt: number, arrival: Landing): number {
    const { random } = this
    const mood = this.person.applicant ? 'applicant' : this.stage
    const pages = 1 + Math.min(14, Math.floor(random.exponential(EXTRA_PAGES[this.stage] + 0.5)))
    const open: OpenPage = {
      site: this.site,
      path: nextPath(random, mood),
      search: arrival.search,
      referrer: arrival.referrer,
    }
    let at = startAt
    for (let page = 0; page < pages; page++) {
      if (page > 0) {
        at += Math.round(Math.min(10 * MINUTE_MS, (5 + random.exponential(50)) * SECOND_MS))
        open.referrer = `${this.site}${open.path}`
        open.search = ''
        open.path = nextPath(random, mood)
      }
      this.say(browser, at, open, { type: 'page' })
      at = this.act(browser, at, open)
    }
    return at
  }

  /** What a person does on a page beside reading it. */
  private act(browser: Browser, at: number, open: OpenPage): number {
    const { random, stage } = this
    const kind = pageKind(open.path)
    const later = () => at + random.integer(8, 90) * SECOND_MS
    if (kind === 'product' && random.chance(0.15)) {
      return this.track(browser, later(), open, 'Video Played', { video: 'product tour' })
    }
    if (kind === 'blog' && random.chance(0.06)) {
      return this.track(browser, later(), open, 'Content Downloaded', { file: CHECKLIST_FILE })
    }
    if (this.known.has(browser) || this.person.applicant) return at
    if (kind === 'demo' && random.chance(0.25 + IDENTIFIES[stage])) {
      return this.sendForm(browser, later(), open, 'Demo Requested')
    }
    if (kind === 'blog' && random.chance(IDENTIFIES[stage])) {
      return this.sendForm(browser, later(), open, 'Newsletter Subscribed')
    }
    if (kind === 'customers' && random.chance(IDENTIFIES[stage] / 2)) {
      return this.sendForm(browser, later(), open, 'Contact Requested')
    }
    return at
  }

  private sendForm(browser: Browser, at: number, open: OpenPage, event: string): number {
    this.known.add(browser)
    this.track(browser, at, open, event, { form: event.toLowerCase() })
    const { email, firstName, lastName } = this.person
    const short = { email }
    const traits =
      event === 'Newsletter Subscribed' ? short : { firstName, lastName, ...this.fullTraits() }
    this.say(browser, at + 50, open, { type: 'identify', traits })
    return at + 50
  }

  private startTrial(browser: Browser, endAt: number): number {
    const { random, person } = this
    const open = { site: this.site, path: '/signup', search: '', referrer: `${this.site}/pricing` }
    const pageAt = endAt + random.integer(10, 60) * SECOND_MS
    const at = pageAt + random.integer(20, 120) * SECOND_MS
    this.known.add(browser)
    this.say(browser, pageAt, open, { type: 'page' })
    this.track(browser, at, open, CONVERSION_EVENT, { plan: 'trial' })
    this.say(browser, at + 50, open, {
      type: 'identify',
      userId: person.userId,
      traits: { firstName: person.firstName, lastName: person.lastName, ...this.fullTraits() },
    })
    const { company } = person
    if (company) {
      const { name, industry, employees } = company
      this.say(browser, at + 60, open, {
        type: 'group',
        groupId: company.domain,
        traits: { name, industry, employees },
      })
    }
    return at
  }

  private fullTraits(): Record<string, unknown> {
    const { email, title, company, country } = this.person
    return {
      email,
      title,
      address: { country },
      ...(company
        ? {
            company: {
              name: company.name,
              industry: company.industry,
              employees: company.employees,
            },
          }
        : {}),
      demo: true,
    }
  }

  private moveOn(): void {
    const fit = this.person.company && this.person.company.employees >= 50 ? 0.3 : 0.15
    const next = STAGES[STAGES.indexOf(this.stage) + 1]
    if (next && !this.person.applicant && this.random.chance(fit)) this.stage = next
  }

  private track(
    browser: Browser,
    at: number,
    open: OpenPage,
    event: string,
    properties: Record<string, unknown>,
  ): number {
    this.say(browser, at, open, { type: 'track', event, properties })
    return at
  }

  private say(browser: Browser, at: number, open: OpenPage, said: Said): void {
    const messageId = `${this.prefix}-${this.calls.length}`
    this.calls.push(clientCall(messageId, at, browser, open, said))
  }
}

function botJourney(
  random: Random,
  index: number,
  startAt: number,
  { seed, to, site = DEMO_SITE }: Simulation,
): BotJourney {
  const id = `demo-${seed}-${index}`
  const browser = botBrowser(random, `${id}-a`)
  const calls: ClientCall[] = []
  let at = startAt
  for (let page = random.integer(4, 15); page > 0 && at <= to; page--) {
    const path = DEMO_PATHS[random.integer(0, DEMO_PATHS.length - 1)] ?? '/'
    const open = { site, path, search: '', referrer: '' }
    calls.push(clientCall(`${id}-${calls.length}`, at, browser, open, { type: 'page' }))
    at += random.integer(1, 4) * SECOND_MS
  }
  return { kind: 'bot', id, calls }
}

/** Moves a time into working hours, and most weekends to the Monday after. */
function officeHours(random: Random, at: number): number {
  const midnight = Math.floor(at / DAY_MS) * DAY_MS
  const weekday = new Date(midnight).getUTCDay()
  const skip = (weekday === 6 ? 2 : weekday === 0 ? 1 : 0) * (random.chance(0.8) ? DAY_MS : 0)
  const moved = midnight + skip + Math.round((7 + random.uniform() * 12) * 60 * MINUTE_MS)
  return moved >= at ? moved : moved + DAY_MS
}
