import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Link, type LinkEvent, linksOf, mergeLinks } from './link.ts'
import { resolvePersons, vouchedDevices } from './resolve.ts'

let clock = 0

function said(partial: Partial<LinkEvent>): LinkEvent {
  clock++
  return {
    type: 'track',
    messageId: `m${String(clock).padStart(6, '0')}`,
    occurredAt: clock,
    verified: false,
    anonymousId: null,
    userId: null,
    previousId: null,
    groupId: null,
    email: null,
    ...partial,
  }
}

function collect(events: readonly LinkEvent[]): Map<string, Link> {
  const links = new Map<string, Link>()
  for (const link of events.flatMap(linksOf)) {
    const known = links.get(link.id)
    links.set(link.id, known ? mergeLinks(known, link) : link)
  }
  return links
}

const persons = (events: readonly LinkEvent[], undone: string[] = []) =>
  resolvePersons(collect(events).values(), new Set(undone))

const nodesOf = (events: readonly LinkEvent[], undone: string[] = []) =>
  persons(events, undone).map((person) => person.nodes.join(' '))

describe('who is who', () => {
  test('a device that says a user id belongs to that user', () => {
    expect(nodesOf([said({ anonymousId: 'laptop', userId: 'ada' })])).toEqual(['d:laptop u:ada'])
  })

  test('two devices of one user are one person', () => {
    const events = [
      said({ anonymousId: 'laptop', userId: 'ada' }),
      said({ anonymousId: 'phone', userId: 'ada' }),
    ]
    expect(nodesOf(events)).toEqual(['d:laptop d:phone u:ada'])
  })

  test('a shared device stays with the first who signed in, even if that is heard later', () => {
    const first = said({ anonymousId: 'kiosk', userId: 'ada' })
    const second = said({ anonymousId: 'kiosk', userId: 'bob' })
    const owner = persons([second, first]).find((person) => person.nodes.includes('d:kiosk'))
    expect(owner?.nodes).toContain('u:ada')
  })

  test('a verified claim takes a shared device from an unverified one', () => {
    const browser = said({ anonymousId: 'kiosk', userId: 'ada' })
    const server = said({ anonymousId: 'kiosk', userId: 'bob', verified: true })
    const owner = persons([browser, server]).find((person) => person.nodes.includes('d:kiosk'))
    expect(owner?.nodes).toContain('u:bob')
  })

  test('a form fill and a later sign-up on the same device are one person', () => {
    const events = [
      said({ type: 'identify', anonymousId: 'laptop', email: 'ada@example.com' }),
      said({ type: 'identify', anonymousId: 'laptop', userId: 'ada', email: 'ada@example.com' }),
    ]
    expect(nodesOf(events)).toEqual(['d:laptop e:ada@example.com u:ada'])
  })

  test('a browser cannot take over the address of someone else', () => {
    const victim = said({ type: 'identify', anonymousId: 'victim', email: 'ceo@example.com' })
    const attacker = said({
      type: 'identify',
      anonymousId: 'attacker',
      userId: 'mallory',
      email: 'ceo@example.com',
    })
    for (const events of [
      [victim, attacker],
      [attacker, victim],
    ]) {
      const person = persons(events).find((candidate) => candidate.nodes.includes('d:victim'))
      expect(person?.nodes).not.toContain('u:mallory')
    }
  })

  test('a browser alias never merges two known people, a verified one does', () => {
    const known = [
      said({ anonymousId: 'a', userId: 'ada' }),
      said({ anonymousId: 'b', userId: 'bob' }),
    ]
    const alias = { type: 'alias', userId: 'ada', previousId: 'bob' } as const
    expect(nodesOf([...known, said(alias)])).toEqual(
      expect.arrayContaining(['d:a u:ada', 'd:b u:bob']),
    )
    expect(nodesOf([...known, said({ ...alias, verified: true })])).toEqual(['d:a d:b u:ada u:bob'])
  })

  test('an alias of an anonymous id is a claim of that device', () => {
    expect(nodesOf([said({ type: 'alias', userId: 'ada', previousId: 'tablet' })])).toEqual([
      'd:tablet u:ada',
    ])
  })

  test('the account is the one said last', () => {
    const events = [
      said({ type: 'group', userId: 'ada', anonymousId: 'laptop', groupId: 'old' }),
      said({ type: 'group', userId: 'ada', anonymousId: 'laptop', groupId: 'new' }),
    ]
    expect(persons(events).map((person) => person.accountId)).toEqual(['new'])
    expect(persons(events.toReversed()).map((person) => person.accountId)).toEqual(['new'])
  })
})

const anyEvent: fc.Arbitrary<LinkEvent> = fc
  .record({
    type: fc.constantFrom('track', 'identify', 'alias', 'group'),
    at: fc.integer({ min: 0, max: 5 }),
    device: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null }),
    user: fc.option(fc.constantFrom('x', 'y', 'z', 'a'), { nil: null }),
    previous: fc.constantFrom('a', 'b', 'x', 'y'),
    group: fc.constantFrom('g1', 'g2'),
    email: fc.option(fc.constantFrom('p@example.com', 'q@example.com'), { nil: null }),
    verified: fc.boolean(),
    id: fc.uuid(),
  })
  .map((drawn) => ({
    type: drawn.type as LinkEvent['type'],
    messageId: drawn.id,
    occurredAt: drawn.at,
    verified: drawn.verified,
    anonymousId: drawn.device,
    userId: drawn.type === 'alias' ? (drawn.user ?? 'x') : drawn.user,
    previousId: drawn.type === 'alias' ? drawn.previous : null,
    groupId: drawn.type === 'group' ? drawn.group : null,
    email: drawn.email,
  }))

const history = fc.uniqueArray(anyEvent, { selector: (event) => event.messageId, maxLength: 14 })

describe('laws of the identity graph', () => {
  test('any order of track, identify, alias and group gives the same persons', () => {
    const shuffled = history.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([events, reordered]) => {
        expect(persons(reordered)).toEqual(persons(events))
      }),
      { numRuns: 500 },
    )
  })

  test('a statement taken back leaves no trace', () => {
    fc.assert(
      fc.property(history, anyEvent, (events, extra) => {
        const before = collect(events)
        const added = linksOf(extra).filter((link) => !before.has(link.id))
        const links = new Map([...before, ...added.map((link) => [link.id, link] as const)])
        const undone = new Set(added.map((link) => link.id))
        expect(resolvePersons(links.values(), undone)).toEqual(
          resolvePersons(before.values(), new Set()),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('every node belongs to at most one person, and every known node to exactly one', () => {
    fc.assert(
      fc.property(history, (events) => {
        const nodes = persons(events).flatMap((person) => person.nodes)
        expect(new Set(nodes).size).toBe(nodes.length)
        const users = events.flatMap((event) => (event.userId ? [`u:${event.userId}`] : []))
        for (const user of users) expect(nodes).toContain(user)
      }),
      { numRuns: 300 },
    )
  })

  test('without a verified statement two users are never one person', () => {
    const unverified = history.map((events) =>
      events.map((event) => ({ ...event, verified: false })),
    )
    fc.assert(
      fc.property(unverified, (events) => {
        for (const person of persons(events)) {
          expect(person.nodes.filter((node) => node.startsWith('u:')).length).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a device that a server vouches for', () => {
  const alias = (verified: boolean) =>
    said({ type: 'alias', userId: 'ada', previousId: 'laptop', verified })
  const vouched = (events: readonly LinkEvent[], undone: string[] = []) => [
    ...vouchedDevices(collect(events).values(), new Set(undone)),
  ]

  test('is one that an alias with a secret key names, until that is taken back', () => {
    expect(vouched([alias(false)])).toEqual([])
    expect(vouched([alias(false), alias(true)])).toEqual(['d:laptop'])
    expect(vouched([alias(true)], ['alias|v|u:ada|d:laptop'])).toEqual([])
  })

  test('is not the one that speaks for itself, nor a user by the name of a device', () => {
    expect(vouched([said({ anonymousId: 'laptop', userId: 'ada', verified: true })])).toEqual([])
    expect(vouched([said({ userId: 'laptop' }), alias(true)])).toEqual([])
  })
})
