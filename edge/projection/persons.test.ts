import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Link, mergeLinks } from '#shared/identity/link.ts'
import { foldEvents } from './fold.ts'
import { neighbourNodes } from './load.ts'
import { type NodeTrait, resolveNeighbourhood } from './persons.ts'
import { eventLog, projectedEvent } from './projected-event.fixture.ts'
import type { ProjectedEvent } from './projected-event.ts'
import { ZoneDays } from './rollups.ts'

const days = new ZoneDays('UTC')

function linksOf(events: readonly ProjectedEvent[]): Map<string, Link> {
  return new Map(foldEvents(events, new Map(), days).links.map((link) => [link.id, link]))
}

const claim = linksOf([
  projectedEvent({ messageId: 'm1', anonymousId: 'laptop', userId: 'ada' }),
  projectedEvent({ messageId: 'm2', anonymousId: 'phone', userId: 'ada' }),
])

const trait = (partial: Partial<NodeTrait>): NodeTrait => ({
  node: 'u:ada',
  key: 'name',
  value: 'Ada',
  occurredAt: 1,
  messageId: 'm1',
  verified: false,
  ...partial,
})

const rowOf = (traits: NodeTrait[]) =>
  resolveNeighbourhood({ links: claim, undone: new Set(), traits, persons: new Map() }).persons[0]

describe('persons of a neighbourhood', () => {
  test('of two values the vouched for one counts, else the latest, else the greater message id', () => {
    const vouched = trait({ value: 'Ada L.', verified: true })
    expect(rowOf([vouched, trait({ value: 'Nobody', occurredAt: 9 })])?.name).toBe('Ada L.')
    expect(rowOf([trait({ value: 'B', occurredAt: 9 }), trait({ value: 'A' })])?.name).toBe('B')
    const sameTime = [
      trait({ value: 'B', messageId: 'm2', node: 'd:phone' }),
      trait({ value: 'A' }),
    ]
    expect(rowOf(sameTime)?.name).toBe('B')
    expect(rowOf(sameTime.toReversed())?.name).toBe('B')
  })

  test('a name is put together from its parts, a company may be text or an object', () => {
    const parts = [trait({ key: 'firstName' }), trait({ key: 'lastName', value: 'Byron' })]
    expect(rowOf(parts)?.name).toBe('Ada Byron')
    expect(rowOf([trait({ key: 'company', value: 'Acme' })])?.company).toBe('Acme')
    expect(rowOf([trait({ key: 'company', value: { name: 'Acme' } })])?.company).toBe('Acme')
    expect(rowOf([trait({ key: 'company', value: 7 })])?.company).toBeNull()
  })

  test('traits of strangers in the neighbourhood stay with them', () => {
    expect(rowOf([trait({ node: 'u:bob', value: 'Bob' })])?.traits).toEqual({})
  })

  test('only what differs from before is said to have moved', () => {
    const first = resolveNeighbourhood({
      links: claim,
      undone: new Set(),
      traits: [],
      persons: new Map(),
    })
    expect(first.moved.map(({ node }) => node).sort()).toEqual(['d:laptop', 'd:phone', 'u:ada'])
    const owners = new Map(first.moved.map(({ node, personId }) => [node, personId ?? '']))
    const known = { links: claim, traits: [], persons: owners }
    expect(resolveNeighbourhood({ ...known, undone: new Set() }).moved).toEqual([])
    const undone = new Set(['claim|u|d:phone|u:ada'])
    expect(resolveNeighbourhood({ ...known, undone }).moved).toEqual([
      { node: 'd:phone', personId: null },
    ])
  })

  test('persons resolved event by event, each time around what changed, equal those resolved from all events', () => {
    fc.assert(
      fc.property(eventLog, (events) => {
        const store = new Map<string, Link>()
        const owners = new Map<string, string>()
        const alive = new Set<string>()
        for (const event of events) {
          const said = [...linksOf([event]).values()]
          if (said.length === 0) continue
          for (const link of said) {
            const known = store.get(link.id)
            store.set(link.id, known ? mergeLinks(known, link) : link)
          }
          const links = closureOf(store, neighbourNodes(said))
          const nodes = new Set(neighbourNodes(links.values()))
          const change = resolveNeighbourhood({
            links,
            undone: new Set(),
            traits: [],
            persons: new Map([...owners].filter(([node]) => nodes.has(node))),
          })
          for (const { node, personId } of change.moved) {
            if (personId === null) owners.delete(node)
            else owners.set(node, personId)
          }
          for (const personId of change.gone) alive.delete(personId)
          for (const { personId } of change.persons) alive.add(personId)
        }
        const whole = resolveNeighbourhood({
          links: store,
          undone: new Set(),
          traits: [],
          persons: new Map(),
        })
        expect([...owners].sort()).toEqual(
          whole.moved.map(({ node, personId }) => [node, personId]).sort(),
        )
        expect([...alive].sort()).toEqual(whole.persons.map(({ personId }) => personId).sort())
      }),
    )
  })
})

/** Everything connected to some nodes, by following links until nothing is added. */
function closureOf(store: ReadonlyMap<string, Link>, seeds: readonly string[]): Map<string, Link> {
  const reached = new Set(seeds)
  for (;;) {
    const links = [...store.values()].filter((link) =>
      neighbourNodes([link]).some((node) => reached.has(node)),
    )
    const before = reached.size
    for (const node of neighbourNodes(links)) reached.add(node)
    if (reached.size === before) return new Map(links.map((link) => [link.id, link]))
  }
}
