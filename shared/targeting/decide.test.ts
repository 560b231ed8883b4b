import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf, fnv1a32, pickByWeight } from './bucket.ts'
import { decide } from './decide.ts'
import { type TargetingFacts, UNSEEN_VISITOR } from './facts.ts'
import type { Rule } from './rule.ts'
import { Slot, SlotSnapshot } from './slot.ts'

const returning: Rule = { kind: 'compare', fact: 'visits', op: 'at_least', value: 2 }

const variant = (key: string, audience: Rule | null, weight = 1) => ({
  key,
  name: key,
  content: { headline: `Headline of ${key}` },
  audience,
  weight,
})

const published = (variants: ReturnType<typeof variant>[], fallback: Slot['default'] = null) =>
  SlotSnapshot.parse({
    version: 1,
    slots: [{ key: 'hero', name: 'Hero', status: 'published', variants, default: fallback }],
  })

const facts = (known: Partial<TargetingFacts> = {}) => ({ ...UNSEEN_VISITOR, ...known })

describe('a decision', () => {
  test('takes the first variant whose audience matches', () => {
    const snapshot = published([variant('again', returning), variant('all', null)])
    expect(decide(snapshot, facts({ visits: 2 }), ['hero'], 'v1').hero).toMatchObject({
      variant: 'again',
      content: { headline: 'Headline of again' },
      why: 'audience',
    })
    expect(decide(snapshot, facts({ visits: 1 }), ['hero'], 'v1').hero).toMatchObject({
      variant: 'all',
      why: 'everyone',
    })
  })

  test('falls to the default when nobody is meant', () => {
    const fallback = { headline: 'Welcome' }
    const snapshot = published([variant('again', returning)], fallback)
    expect(decide(snapshot, facts(), ['hero'], 'v1').hero).toEqual({
      variant: null,
      content: fallback,
      why: 'no_match',
    })
  })

  test('leaves a slot that is unknown or no longer published as it is', () => {
    const snapshot = published([variant('all', null)], { headline: 'Default' })
    const killed = {
      ...snapshot,
      slots: snapshot.slots.map((slot) => ({ ...slot, status: 'draft' as const })),
    }
    expect(decide(killed, facts(), ['hero', 'nowhere'], 'v1')).toEqual({
      hero: { variant: null, content: null, why: 'not_published' },
      nowhere: { variant: null, content: null, why: 'unknown_slot' },
    })
  })

  test('answers for slots named like parts of every object', () => {
    const decided = decide(published([]), facts(), ['constructor', '__proto__'], 'v1')
    expect(Object.entries(decided).map(([key, { why }]) => [key, why])).toEqual([
      ['constructor', 'unknown_slot'],
      ['__proto__', 'unknown_slot'],
    ])
  })

  test('is the same for the same visitor every time', () => {
    const snapshot = published([variant('a', null), variant('b', null), variant('c', null)])
    fc.assert(
      fc.property(fc.uuid(), (visitorId) => {
        const first = decide(snapshot, facts(), ['hero'], visitorId)
        expect(decide(structuredClone(snapshot), facts(), ['hero'], visitorId)).toEqual(first)
      }),
    )
  })

  test('shares visitors of one audience by weight, and a weight of 0 gets nobody', () => {
    const snapshot = published([
      variant('off', null, 0),
      variant('three', null, 3),
      variant('one', null, 1),
    ])
    const VISITORS = 20_000
    const counts = new Map<string | null | undefined, number>()
    for (let i = 0; i < VISITORS; i++) {
      const key = decide(snapshot, facts(), ['hero'], `visitor-${i}`).hero?.variant
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.get('off')).toBeUndefined()
    expect((counts.get('three') ?? 0) / VISITORS).toBeCloseTo(0.75, 1)
    expect((counts.get('one') ?? 0) / VISITORS).toBeCloseTo(0.25, 1)
  })

  test('goes past an audience whose variants are all switched off', () => {
    const snapshot = published([variant('again', returning, 0), variant('all', null)])
    expect(decide(snapshot, facts({ visits: 5 }), ['hero'], 'v1').hero?.variant).toBe('all')
  })
})

describe('the bucket of a visitor', () => {
  test('stands on FNV-1a with its published constants', () => {
    // Test vectors of the FNV authors: 32-bit FNV-1a of "", "a" and "foobar".
    expect([fnv1a32(''), fnv1a32('a'), fnv1a32('foobar')]).toEqual([
      0x811c9dc5, 0xe40c292c, 0xbf9cf968,
    ])
  })

  test('is in [0, 1), and another slot gives an independent one', () => {
    const same = Array.from({ length: 1000 }, (_, i) => `v${i}`).filter(
      (id) => bucketOf('hero', id) < 0.5 === bucketOf('cta_band', id) < 0.5,
    )
    expect(same.length).toBeGreaterThan(430)
    expect(same.length).toBeLessThan(570)
    fc.assert(
      fc.property(fc.string(), fc.string(), (seed, id) => {
        const bucket = bucketOf(seed, id)
        expect(bucket >= 0 && bucket < 1).toBe(true)
      }),
    )
  })

  test('always picks somebody while anybody has a weight', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ weight: fc.double({ min: 0, max: 1e6, noNaN: true }) })),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (items, position) => {
          const picked = pickByWeight(items, position)
          expect(picked !== null).toBe(items.some(({ weight }) => weight > 0))
          if (picked) expect(picked.weight).toBeGreaterThan(0)
        },
      ),
    )
  })
})

describe('slot content', () => {
  const slot = (href: string) => ({
    key: 'hero',
    name: 'Hero',
    status: 'published',
    default: null,
    variants: [{ ...variant('a', null), content: { cta: { label: 'Go', href } } }],
  })

  test.each(['https://a.example/x?y=1', 'http://a.example', '/demo', '/demo#form'])(
    'may link to %s',
    (href) => {
      expect(Slot.safeParse(slot(href)).success).toBe(true)
    },
  )

  test.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '/\\evil.example',
    'demo',
    '',
  ])('may not link to %j', (href) => {
    expect(Slot.safeParse(slot(href)).success).toBe(false)
  })

  test('has text fields only', () => {
    const withHtml = {
      ...slot('/demo'),
      variants: [{ ...variant('a', null), content: { html: '<b>hi</b>' } }],
    }
    expect(Slot.safeParse(withHtml).success).toBe(false)
  })

  test('of two variants with one key is refused', () => {
    const twice = { ...slot('/demo'), variants: [variant('a', null), variant('a', null)] }
    expect(Slot.safeParse(twice).success).toBe(false)
  })
})
