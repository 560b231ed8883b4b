import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CapturedEvent } from '#shared/events/captured-event.ts'
import { isPlaceholderId } from '#shared/identity/placeholder-id.ts'
import {
  BROWSER_AGENT,
  browserCaller,
  caller,
  eventOf,
  RECEIVED_AT,
  read,
  rejectedOf,
} from './segment-call.fixture.ts'
import { readSegmentEvent } from './segment-event.ts'

const HEADLESS_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36'

const track = (call: Record<string, unknown>) =>
  eventOf(read('track', { event: 'Clicked', ...call }))
const page = (call: Record<string, unknown>, by = browserCaller()) =>
  eventOf(read('page', call, by))

describe('a call that cannot be stored', () => {
  const long = 'x'.repeat(256)
  test.each<[reason: string, type: unknown, call: unknown]>([
    ['not_an_object', 'track', 'text'],
    ['not_an_object', 'track', null],
    ['not_an_object', 'track', [{}]],
    ['unknown_type', 'purchase', { messageId: 'm' }],
    ['unknown_type', undefined, { messageId: 'm' }],
    ['unknown_type', 'constructor', { messageId: 'm' }],
    ['unknown_type', { toString: null }, { messageId: 'm' }],
    ['unknown_type', ['track'], { messageId: 'm' }],
    ['message_id_too_long', 'page', { messageId: 'm'.repeat(101), userId: 'u' }],
    ['id_too_long', 'page', { messageId: 'm', userId: long }],
    ['id_too_long', 'page', { messageId: 'm', anonymousId: long }],
    ['id_too_long', 'group', { messageId: 'm', userId: 'u', groupId: long }],
    ['id_too_long', 'alias', { messageId: 'm', userId: 'u', previousId: long }],
    ['no_user_anon_id', 'page', { messageId: 'm' }],
    ['no_user_anon_id', 'page', { messageId: 'm', userId: '', anonymousId: null }],
    ['no_user_anon_id', 'page', { messageId: 'm', userId: { id: 1 } }],
    ['no_user_anon_id', 'page', { messageId: 'm', userId: '\0' }],
    ['no_user_anon_id', 'page', { messageId: 'm', userId: 'null', anonymousId: 0 }],
    ['placeholder_id', 'group', { messageId: 'm', userId: 'u', groupId: 'undefined' }],
    ['placeholder_id', 'alias', { messageId: 'm', userId: 'u', previousId: 'anonymous' }],
    ['placeholder_id', 'alias', { messageId: 'm', userId: 'None', previousId: 'p' }],
    ['event_name_missing', 'track', { messageId: 'm', userId: 'u' }],
    ['event_name_missing', 'track', { messageId: 'm', userId: 'u', event: '' }],
    ['group_id_missing', 'group', { messageId: 'm', userId: 'u' }],
    ['alias_ids_missing', 'alias', { messageId: 'm', userId: 'u' }],
    ['alias_ids_missing', 'alias', { messageId: 'm', anonymousId: 'a', previousId: 'p' }],
    ['properties_not_an_object', 'page', { messageId: 'm', userId: 'u', properties: [1] }],
    ['properties_not_an_object', 'page', { messageId: 'm', userId: 'u', properties: 'a' }],
    ['properties_not_an_object', 'identify', { messageId: 'm', userId: 'u', traits: 7 }],
  ])('is rejected as %s: %j %j', (reason, type, call) => {
    const rejected = rejectedOf(readSegmentEvent(call, type, {}, caller()))
    expect(rejected).toMatchObject({ reason, receivedAt: RECEIVED_AT })
    expect(rejected.detail).toMatch(/\.$/)
    expect(rejected.messageId.length).toBeLessThanOrEqual(100)
  })

  test('keeps the id, the type and the name by which its verdict can be found', () => {
    expect(
      rejectedOf(read('track', { messageId: 'm-9', event: 'Clicked', properties: [] })),
    ).toMatchObject({ messageId: 'm-9', type: 'track', name: 'Clicked' })
    expect(rejectedOf(read('buy', { messageId: 42, type: 'buy' }))).toMatchObject({
      messageId: '42',
      type: 'buy',
    })
  })

  test('gets an id of its own when it has none', () => {
    const first = rejectedOf(readSegmentEvent(null, 'page', {}, caller()))
    const second = rejectedOf(readSegmentEvent(null, 'page', {}, caller()))
    expect(first.messageId).toMatch(/^[0-9a-f-]{36}$/)
    expect(second.messageId).not.toBe(first.messageId)
  })
})

describe('the ids of an event', () => {
  test('may be numbers', () => {
    expect(track({ messageId: 7, anonymousId: 12, userId: 3.5 })).toMatchObject({
      messageId: '7',
      anonymousId: '12',
      userId: '3.5',
      visitorId: '12',
    })
  })

  test('may be as long as the limits say', () => {
    const id = 'x'.repeat(255)
    expect(track({ messageId: 'm'.repeat(100), anonymousId: id }).visitorId).toBe(id)
  })

  test('name the visitor by anonymousId, else by userId', () => {
    expect(track({ anonymousId: 'a', userId: 'u' }).visitorId).toBe('a')
    expect(track({ anonymousId: null, userId: 'u' }).visitorId).toBe('u')
  })

  test('count as not given where they are placeholders, which everybody could send', () => {
    expect(track({ anonymousId: 'a', userId: ' "NULL" ' })).toMatchObject({
      visitorId: 'a',
      userId: null,
    })
    expect(track({ anonymousId: '[object Object]', userId: 'u' })).toMatchObject({
      visitorId: 'u',
      anonymousId: null,
    })
    const who = { userId: 'undefined', traits: { email: 'ada@rivermill.example' } }
    expect(eventOf(read('identify', who))).toMatchObject({
      type: 'identify',
      visitorId: 'a-1',
      userId: null,
      traits: who.traits,
    })
    expect(track({ groupId: 'null', previousId: 'null' })).toMatchObject({
      groupId: null,
      previousId: null,
    })
  })

  test('that are placeholders are named in the verdict, with what to do', () => {
    const noGroup = rejectedOf(read('group', { groupId: 'null' }))
    expect(noGroup.detail).toMatch(/^groupId is a placeholder \("null"\).*send a real id/)
    const noOne = rejectedOf(read('page', { anonymousId: null, userId: 'null' }))
    expect(noOne.detail).toContain('counts as not given')
  })

  test('are made up when messageId is missing or empty', () => {
    expect(track({ messageId: undefined }).messageId).toMatch(/^[0-9a-f-]{36}$/)
    expect(track({ messageId: '' }).messageId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('lose NUL and lone surrogates, which the store cannot carry', () => {
    expect(track({ messageId: 'a\0b', userId: 'u\ud800', anonymousId: '\udc00v' })).toMatchObject({
      messageId: 'ab',
      userId: 'u\uFFFD',
      anonymousId: '\uFFFDv',
    })
  })

  test('of alias and group are kept', () => {
    expect(eventOf(read('alias', { previousId: 'p', userId: 'u' }))).toMatchObject({
      previousId: 'p',
      userId: 'u',
    })
    expect(eventOf(read('group', { groupId: 5 }))).toMatchObject({ groupId: '5' })
  })
})

describe('the times of an event', () => {
  const at = (seconds: number) => new Date(RECEIVED_AT + seconds * 1000).toISOString()

  test('are found where each client puts them', () => {
    const happened = RECEIVED_AT - 60_000
    const year = 365 * 86_400
    const places: [Record<string, unknown>, Record<string, unknown>][] = [
      [{ timestamp: at(year - 60), sentAt: at(year) }, {}],
      [{ timestamp: at(year - 60) }, { sentAt: at(year) }],
      [{ originalTimestamp: at(year - 60), timestamp: at(0), sentAt: at(year) }, {}],
      [{ originalTimestamp: at(-60) }, {}],
      [{ timestamp: at(-60) }, {}],
    ]
    for (const [call, root] of places) {
      expect(eventOf(read('page', call, caller(), root)).occurredAt).toBe(happened)
    }
  })

  test('are the arrival when the clock says nonsense, and the event is kept', () => {
    expect(page({ timestamp: at(86_400) }).occurredAt).toBe(RECEIVED_AT)
    expect(page({ timestamp: 'tomorrow' }).occurredAt).toBe(RECEIVED_AT)
    expect(page({}).occurredAt).toBe(RECEIVED_AT)
  })
})

describe('the page of an event', () => {
  test('comes from context, for a page call also from its properties', () => {
    const context = { page: { url: 'https://acme.example/a?x=1', title: 'A', path: '/a' } }
    expect(page({ context })).toMatchObject({
      url: 'https://acme.example/a?x=1',
      path: '/a',
      title: 'A',
    })
    expect(page({ context, properties: { path: '/b', title: 'B' } })).toMatchObject({
      path: '/b',
      title: 'B',
    })
    expect(track({ context, properties: { path: '/b' } }).path).toBe('/a')
  })

  test('takes the path and query from the address when they are not given', () => {
    expect(
      page({
        properties: { url: 'https://acme.example/pricing?utm_source=news&utm_medium=email' },
      }),
    ).toMatchObject({ path: '/pricing', source: 'news', medium: 'email', channel: 'email' })
  })

  test('takes the campaign from the context before the query', () => {
    const context = {
      campaign: { source: 'linkedin', medium: 'cpc', name: 'spring' },
      page: { search: '?utm_source=other&utm_campaign=other' },
    }
    expect(page({ context })).toMatchObject({
      source: 'linkedin',
      medium: 'cpc',
      campaign: 'spring',
      channel: 'paid_social',
    })
  })

  test('finds the click id that only page.search carries', () => {
    const context = { page: { url: 'https://acme.example/', search: '?gclid=abc' } }
    expect(page({ context }).channel).toBe('paid_search')
  })

  test('is clipped to what the store keeps, never within a character', () => {
    const { url, title, name } = page({
      name: 'n'.repeat(300),
      properties: { url: `https://acme.example/${'x'.repeat(3000)}`, title: '😀'.repeat(200) },
    })
    expect(url).toHaveLength(2000)
    expect(name).toHaveLength(255)
    expect(title?.isWellFormed()).toBe(true)
  })

  test('is named by the call or by its properties', () => {
    expect(page({ name: 'Pricing', properties: { name: 'Other' } }).name).toBe('Pricing')
    expect(page({ properties: { name: 'Pricing' } }).name).toBe('Pricing')
    expect(track({ event: 'Bought', name: 'Other' }).name).toBe('Bought')
  })
})

describe("a batch's own context", () => {
  test('counts for each item, whose own fields win', () => {
    const root = {
      context: { locale: 'de-DE', library: { name: 'root' }, campaign: { name: 'x' } },
    }
    const event = eventOf(read('page', { context: { locale: 'fr-FR' } }, caller(), root))
    expect(event.context).toEqual({ locale: 'fr-FR', library: { name: 'root' } })
    expect(event.campaign).toBe('x')
  })

  test('is kept only as far as reports use it', () => {
    const context = { locale: 'de', ip: '192.0.2.1', device: { advertisingId: 'x' }, os: {} }
    expect(page({ context }).context).toEqual({ locale: 'de', userAgent: BROWSER_AGENT })
  })
})

describe('hostile field names', () => {
  test('stay plain data', () => {
    const call: unknown = JSON.parse(`{
      "messageId": "m", "anonymousId": "a", "event": "Clicked",
      "__proto__": {"userId": "intruder"},
      "properties": {"__proto__": {"polluted": true}, "constructor": {"prototype": {"x": 1}}},
      "context": {"__proto__": {"locale": "xx"}, "page": {"__proto__": {"url": "https://evil.example/"}}}
    }`)
    const event = eventOf(readSegmentEvent(call, 'track', {}, caller()))
    expect(event.userId).toBeNull()
    expect(event.url).toBeNull()
    expect(event.context).toEqual({})
    expect(JSON.stringify(event.properties)).toBe(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}',
    )
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Reflect.get({}, 'userId')).toBeUndefined()
  })
})

describe('a visitor who opted out', () => {
  const visit = {
    userId: 'u-1',
    context: {
      page: {
        url: 'https://user:pass@acme.example/pricing?email=a@b.example#me',
        path: '/pricing?email=a@b.example',
        search: '?email=a@b.example&utm_source=news&utm_medium=email',
        referrer: 'https://mail.example/?email=a@b.example',
        title: 'Pricing',
      },
      userAgent: BROWSER_AGENT,
      locale: 'de-DE',
      groupId: 'g-1',
    },
    properties: { email: 'a@b.example' },
    traits: { email: 'a@b.example' },
  }
  const signals: [string, () => CapturedEvent][] = [
    ['by header', () => page(visit, browserCaller({ optedOut: true }))],
    ...['gpc', 'dnt'].map((signal): [string, () => CapturedEvent] => [
      `by ${signal} in the context`,
      () => page({ ...visit, context: { ...visit.context, consent: { [signal]: true } } }),
    ]),
  ]

  test.each(signals)('leaves no identifier, query or property (%s)', (_, captured) => {
    const event = captured()
    expect(event).toMatchObject({
      visitorId: null,
      anonymousId: null,
      userId: null,
      previousId: null,
      groupId: null,
      url: 'https://acme.example/pricing',
      path: '/pricing',
      title: 'Pricing',
      properties: {},
      traits: {},
      context: {},
      channel: 'email',
      source: 'news',
      country: 'DE',
    })
    const kept = JSON.stringify(event)
    for (const secret of ['a-1', 'u-1', 'g-1', 'b.example', 'user:pass', BROWSER_AGENT, 'de-DE']) {
      expect(kept).not.toContain(secret)
    }
  })

  test.each([
    ['identify', {}],
    ['group', { groupId: 'g' }],
    ['alias', { previousId: 'p', userId: 'u' }],
  ])('cannot be named by %s', (type, call) => {
    const rejected = rejectedOf(read(type, call, browserCaller({ optedOut: true })))
    expect(rejected).toMatchObject({ reason: 'opted_out', messageId: 'm-1', type })
  })

  test('is captured in full where the workspace does not honour the signals', () => {
    const context = { consent: { gpc: true, dnt: true } }
    const event = page({ userId: 'u-1', context }, browserCaller({ honourGpc: false }))
    expect(event).toMatchObject({ userId: 'u-1', visitorId: 'a-1', context })
  })

  test('keeps the address of an app without an origin', () => {
    const properties = { url: 'app://screens/home?user=1' }
    expect(page({ properties }, browserCaller({ optedOut: true })).url).toBe('app://screens/home')
  })
})

describe('the mark of a bot', () => {
  const bySecret = { verified: true }

  test('is set by the user agent of the context or of the request', () => {
    expect(page({ context: { userAgent: HEADLESS_AGENT } }).bot).toBe(true)
    expect(page({}, browserCaller({ browser: { userAgent: 'curl/8', country: null } })).bot).toBe(
      true,
    )
    expect(page({}).bot).toBe(false)
    expect(page({ context: { userAgent: BROWSER_AGENT } }).bot).toBe(false)
  })

  test('is not set for server libraries, which send no user agent of a person', () => {
    const library = { name: '@segment/analytics-node', version: '3.1.0' }
    expect(eventOf(read('page', { context: { library } })).bot).toBe(false)
    expect(page({}, browserCaller({ browser: { userAgent: '', country: null } })).bot).toBe(false)
  })

  test('is never set for a secret key, which vouches for what it says', () => {
    const context = { userAgent: HEADLESS_AGENT }
    expect(page({ context }, browserCaller(bySecret))).toMatchObject({ bot: false, verified: true })
    expect(page({}, browserCaller())).toMatchObject({ verified: false })
  })
})

test('whatever is sent, reading ends in an event of the wire format or in a rejection', () => {
  const field = fc.constantFrom(
    ...['messageId', 'anonymousId', 'userId', 'previousId', 'groupId', 'event', 'name', 'type'],
    ...['timestamp', 'originalTimestamp', 'sentAt', 'properties', 'traits', 'context', '__proto__'],
    ...[
      'page',
      'campaign',
      'consent',
      'url',
      'search',
      'referrer',
      'path',
      'toString',
      'userAgent',
    ],
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'https://acme.example/?gclid=x',
        '\ud800',
        '\0',
        null,
        true,
        1e300,
        -0,
        'u',
        'null',
      ),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(field, tie('json'), { maxKeys: 9 }),
    ),
  }))
  const known = fc.constantFrom('track', 'page', 'screen', 'identify', 'group', 'alias')
  fc.assert(
    fc.property(json, fc.oneof(known, json), json, fc.boolean(), (raw, type, context, optedOut) => {
      const answer = readSegmentEvent(raw, type, { context }, browserCaller({ optedOut }))
      if (answer.kind === 'rejected') {
        expect(answer.rejected.messageId).not.toBe('')
        return
      }
      const { properties, traits, context: kept, ...flat } = CapturedEvent.parse(answer.event)
      for (const text of Object.values(flat)) {
        if (typeof text !== 'string') continue
        expect(text.isWellFormed()).toBe(true)
        expect(text).not.toContain('\0')
      }
      for (const id of [flat.visitorId, flat.userId, flat.previousId, flat.groupId]) {
        expect(id === null || !isPlaceholderId(id)).toBe(true)
      }
      if (optedOut) expect([flat.visitorId, properties, traits, kept]).toEqual([null, {}, {}, {}])
    }),
    { numRuns: 500 },
  )
})
