import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bodyOf } from './body.fixture.ts'
import { decodeFactors, encodeFactors, RecommendationBody } from './body.ts'
import { contentKind } from './content-kind.ts'
import { byTaste } from './item-scores.ts'
import { type ReadingVisitor, recommend } from './recommend.ts'
import { readRecommender } from './recommender.ts'
import { RecommendRules } from './rules.ts'
import { gramOf, product, TasteSystem } from './taste-system.ts'
import { viewWeight } from './view-weight.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 2, 1)

const PATHS = [
  '/docs/a',
  '/customers/a',
  '/docs/b',
  '/customers/b',
  '/docs/c',
  '/docs/d',
  '/docs/e',
  '/careers',
  '/legal/terms',
  '/about',
]
const recommender = readRecommender(bodyOf(PATHS))

function pathsFor(
  viewed: readonly (string | [string, number])[],
  rules: Partial<RecommendRules> = {},
  over: { current?: string; from?: typeof recommender } = {},
): string[] {
  return recommended(viewed, rules, over).map(({ path }) => path)
}

function recommended(
  viewed: readonly (string | [string, number])[],
  rules: Partial<RecommendRules> = {},
  { current = null as string | null, from = recommender } = {},
) {
  const visitor: ReadingVisitor = {
    viewed: viewed.map((view) =>
      typeof view === 'string' ? { path: view, at: NOW } : { path: view[0], at: view[1] },
    ),
    current,
  }
  return recommend(from, visitor, RecommendRules.parse(rules), NOW)
}

const withFactorsFrom = (fromViews: number | null) => {
  const body = bodyOf(PATHS)
  return readRecommender({ ...body, factors: { ...body.factors, fromViews } })
}

describe('recommendations', () => {
  test('are of the visitor’s taste, first of all, and say which page they rest on', () => {
    const [first] = recommended(['/docs/b'])
    expect(first).toMatchObject({
      path: '/docs/a',
      basis: 'taste',
      reason: 'Because they read “About /docs/b”.',
    })
    expect(pathsFor(['/customers/b'])[0]).toBe('/customers/a')
  })

  test('rest on the page that gave most to the score, not on the one read last', () => {
    const given = recommended(['/docs/b', '/customers/b'], { limit: 20, perKind: 20 })
    const reasonOf = (path: string) => given.find((one) => one.path === path)?.reason
    expect(reasonOf('/customers/a')).toBe('Because they read “About /customers/b”.')
    expect(reasonOf('/docs/a')).toBe('Because they read “About /docs/b”.')
  })

  test('come from what is read along with too few pages for taste, then from what is popular', () => {
    const from = withFactorsFrom(2)
    const [known] = recommended(['/customers/b'], {}, { from })
    expect(known).toMatchObject({
      path: '/customers/a',
      basis: 'read_next',
      reason: 'Visitors who read “About /customers/b” often read this too.',
    })
    expect(recommended(['/docs/b', '/docs/c'], {}, { from })[0]?.basis).toBe('taste')
    for (const viewed of [[], ['/never-heard-of']]) {
      const [unknown] = recommended(viewed, {}, { from })
      expect(unknown).toMatchObject({
        path: '/docs/a',
        basis: 'popular',
        reason: 'Many visitors have read this lately.',
      })
    }
  })

  test('never rest on taste where factors were found no better', () => {
    const all = recommended(['/docs/b', '/docs/c', '/docs/d'], {}, { from: withFactorsFrom(null) })
    expect(all.map(({ basis }) => basis)).not.toContain('taste')
  })

  test('call a page without a title by its path', () => {
    const body = bodyOf(PATHS)
    const from = readRecommender({
      ...body,
      items: body.items.map((item) => ({ ...item, title: null })),
    })
    expect(recommended(['/docs/b'], {}, { from })[0]?.reason).toBe('Because they read /docs/b.')
  })

  test('leave out what was seen within the days of the rule, and bring it back after', () => {
    const seen: [string, number] = ['/docs/a', NOW - 10 * DAY_MS]
    expect(pathsFor([seen, '/docs/b'], { seenWithinDays: 11 })).not.toContain('/docs/a')
    expect(pathsFor([seen, '/docs/b'], { seenWithinDays: 9 })).toContain('/docs/a')
    expect(pathsFor(['/docs/a'], { seenWithinDays: 0 })).toContain('/docs/a')
  })

  test('leave out paths and kinds by rule, careers and legal pages unless they are asked for', () => {
    const all = { limit: 20, perKind: 20 }
    expect(pathsFor([], all)).not.toEqual(expect.arrayContaining(['/careers']))
    expect(pathsFor([], { ...all, excludeKinds: [] })).toEqual(PATHS)
    expect(pathsFor([], { ...all, excludeKinds: ['docs', 'careers', 'legal'] })).toEqual([
      '/customers/a',
      '/customers/b',
      '/about',
    ])
    const excludePaths = ['/docs/*', '/about', '/customers']
    expect(pathsFor([], { ...all, excludePaths })).toEqual(['/customers/a', '/customers/b'])
  })

  test('put other kinds before a fourth of one, and fill up with it where there is no other', () => {
    expect(pathsFor(['/docs/e'], { limit: 5, perKind: 2 })).toEqual([
      '/docs/a',
      '/docs/b',
      '/customers/a',
      '/customers/b',
      '/about',
    ])
    const excludePaths = ['/customers/*', '/about']
    expect(pathsFor([], { perKind: 1, excludePaths })).toHaveLength(5)
  })

  test('keep every rule, the current page out, and are the same twice, whatever was viewed', () => {
    const path = fc.constantFrom(...PATHS, '/unknown')
    const seen = fc.array(fc.tuple(path, fc.integer({ min: NOW - 200 * DAY_MS, max: NOW })))
    fc.assert(
      fc.property(
        seen,
        fc.option(path),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(null, 1, 2, 4),
        (viewed, open, limit, perKind, fromViews) => {
          const from = withFactorsFrom(fromViews)
          const current = open ?? undefined
          const rules = { limit, perKind, seenWithinDays: 30, excludePaths: ['/docs/c'] }
          const given = recommended(viewed, rules, { from, current })
          const paths = given.map((one) => one.path)
          expect(new Set(paths).size).toBe(paths.length)
          const lately = viewed.filter(([, at]) => at > NOW - 30 * DAY_MS).map(([seen]) => seen)
          const banned = [...lately, '/docs/c', '/careers', '/legal/terms', open ?? '']
          expect(paths.filter((one) => banned.includes(one))).toEqual([])
          const left = PATHS.filter((one) => !banned.includes(one)).length
          expect(paths).toHaveLength(Math.min(limit, left))
          for (const { reason } of given) expect(reason).toMatch(/^[A-Z].*\.$/)
          expect(recommended(viewed, rules, { from, current })).toEqual(given)
          expect(pathsFor(viewed.toReversed(), rules, { from, current }).toSorted()).toEqual(
            paths.toSorted(),
          )
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('folding somebody in', () => {
  const factorsOf = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), {
    minLength: 12,
    maxLength: 12,
  })

  test('solves the equations it says, and what the viewed gave adds up to each score', () => {
    fc.assert(
      fc.property(
        factorsOf,
        fc.array(fc.float({ min: Math.fround(0.1), max: 3, noNaN: true }), {
          minLength: 1,
          maxLength: 4,
        }),
        (numbers, given) => {
          const factors = Float64Array.from(numbers)
          const order = 3
          const gram = gramOf(factors, 4, order)
          const sharing = { gram, order, unobservedWeight: 0.3, regularisation: 0.7 }
          const system = new TasteSystem(sharing)
          const rows = Int32Array.from(given, (_, n) => n)
          const weights = Float64Array.from(given)
          const taste = Float64Array.from(system.solve(factors, rows, weights))
          const row = (n: number) => factors.subarray(n * order, (n + 1) * order)
          for (let k = 0; k < order; k++) {
            let left = 0.7 * (taste[k] ?? 0)
            for (let n = 0; n < 4; n++) {
              const weight = 0.3 + (weights[n] ?? 0)
              left += weight * (row(n)[k] ?? 0) * product(factors, n, taste, order)
            }
            const right = given.reduce((sum, weight, n) => sum + weight * (row(n)[k] ?? 0), 0)
            expect(left).toBeCloseTo(right, 6)
          }
          for (let n = 0; n < 4; n++) {
            const pulled = system.pull(factors, n)
            const parts = given.map((weight, v) => weight * product(factors, v, pulled, order))
            expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(
              product(factors, n, taste, order),
              6,
            )
          }
        },
      ),
    )
  })

  test('brings a page nearer the more it was viewed', () => {
    const score = (weight: number) => byTaste(recommender, [{ place: 2, weight }]).scores[0] ?? 0
    expect(score(0.5)).toBeGreaterThan(score(0.1))
    expect(score(2)).toBeGreaterThan(score(0.5))
  })
})

test('a view counts half after a half-life, and ten in a row count little more than one', () => {
  expect(viewWeight(1, 0, 30)).toBe(1)
  expect(viewWeight(1, 30 * DAY_MS, 30)).toBeCloseTo(0.5, 12)
  expect(viewWeight(1, -DAY_MS, 30)).toBe(1)
  expect(viewWeight(10, 0, 30)).toBeCloseTo(3.303, 3)
})

test('kinds are those of scoring, and legal pages', () => {
  const kinds = ['/docs/legal-entities', '/de/privacy', '/docs/x', '/about', '/TERMS'].map(
    contentKind,
  )
  expect(kinds).toEqual(['docs', 'legal', 'docs', null, 'legal'])
})

describe('a published body', () => {
  const body = bodyOf(PATHS)
  const refusal = (over: object): string | undefined =>
    RecommendationBody.safeParse({ ...body, ...over }).error?.issues[0]?.message

  test('is read as it was written, its numbers to float32', () => {
    expect(RecommendationBody.parse(JSON.parse(JSON.stringify(body)))).toEqual(body)
    const numbers = Float64Array.from([0.1, -3, 1e-9])
    expect([...decodeFactors(encodeFactors(numbers))]).toEqual([...numbers].map(Math.fround))
  })

  test.each([
    ['two items of one path', { items: [...body.items.slice(1), body.items[1]] }, 'one path'],
    ['lists of neighbours for fewer items', { neighbours: [] }, 'each item'],
    [
      'a neighbour beyond the list',
      { neighbours: [[[99, 0.5]], ...body.neighbours.slice(1)] },
      'no other item',
    ],
    [
      'an item as its own neighbour',
      { neighbours: [[[0, 0.5]], ...body.neighbours.slice(1)] },
      'no other item',
    ],
    ['factors of another size', { factors: { ...body.factors, order: 3 } }, 'items × order'],
  ])('with %s is refused', (_what, over, said) => {
    expect(refusal(over)).toContain(said)
  })

  test('with a factor that is no number is not read', () => {
    const factors = { ...body.factors, items: encodeFactors(new Float64Array(20).fill(Number.NaN)) }
    expect(() => readRecommender({ ...body, factors })).toThrow('not a finite number')
  })
})
