import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Anchor } from './anchor.ts'
import { canonical } from './canonical.ts'
import { anyChange, chainOf, streamOf, WORKSPACE } from './chain.fixture.ts'
import { chainEntry, emptyChain, entryHash } from './chain.ts'
import type { AuditRow } from './entry.ts'
import { sha256 } from './sha256.ts'
import { type Verdict, verifyChain } from './verify.ts'

const RUNS = { numRuns: 200 }

const anyChain = (minLength: number) =>
  fc.uniqueArray(anyChange, { minLength, maxLength: 12, selector: ({ entry }) => entry.id })

/** A chain and a place in it. */
const chainAndPlace = (minLength = 1) =>
  anyChain(minLength).chain((changes) =>
    fc.record({ changes: fc.constant(changes), at: fc.nat(changes.length - 1) }),
  )

function verify(rows: readonly AuditRow[], anchors: readonly Anchor[] = []): Promise<Verdict> {
  return verifyChain(
    { workspaceId: WORKSPACE, rows: streamOf(rows), anchors, isWhole: true },
    sha256,
  )
}

const anchorAt = ({ seq, hash }: AuditRow): Anchor => ({ kind: 'signed', seq, hash })

const renumbered = (rows: readonly AuditRow[]) =>
  rows.map((row, index) => ({ ...row, seq: index + 1 }))

/** Everything from there on chained anew, as somebody with the code and the database can. */
async function rechained(rows: readonly AuditRow[]): Promise<AuditRow[]> {
  return chainOf(rows.map(({ values, ...entry }) => ({ entry, values })))
}

const CHANGES: Record<string, (row: AuditRow) => AuditRow> = {
  seq: (row) => ({ ...row, seq: row.seq + 7 }),
  id: (row) => ({ ...row, id: `${row.id}x` }),
  at: (row) => ({ ...row, at: row.at + 1 }),
  action: (row) => ({ ...row, action: 'members.joined' }),
  actor: (row) => ({ ...row, actor: { kind: 'job', name: 'nobody at all' } }),
  'subject.kind': (row) => ({ ...row, subject: { ...row.subject, kind: 'other' } }),
  'subject.id': (row) => ({ ...row, subject: { ...row.subject, id: `${row.subject.id}x` } }),
  'from.country': (row) => ({ ...row, from: { ...row.from, country: `${row.from.country}x` } }),
  'from.client': (row) => ({ ...row, from: { ...row.from, client: `${row.from.client}x` } }),
  valuesHash: (row) => ({ ...row, valuesHash: `${row.valuesHash}x` }),
  prevHash: (row) => ({ ...row, prevHash: 'f'.repeat(64) }),
  hash: (row) => ({ ...row, hash: 'f'.repeat(64) }),
}

describe('a chain', () => {
  test('that nobody touched is whole, with and without anchors', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain(0), async (changes) => {
        const rows = await chainOf(changes)
        const head = rows.at(-1)
        expect(await verify(rows)).toMatchObject({ kind: 'whole', head: { seq: rows.length } })
        expect(await verify(rows, rows.map(anchorAt))).toMatchObject({
          kind: 'whole',
          anchoredUpTo: head?.seq ?? null,
        })
      }),
      RUNS,
    )
  })

  test.each(Object.entries(CHANGES))(
    'with %s changed anywhere names that entry',
    async (_field, change) => {
      await fc.assert(
        fc.asyncProperty(chainAndPlace(), async ({ changes, at }) => {
          const rows = await chainOf(changes)
          const tampered = rows.map((row, index) => (index === at ? change(row) : row))
          const found = { kind: 'changed', seq: at + 1 }
          expect(await verify(tampered)).toMatchObject({ kind: 'broken', found })
        }),
        RUNS,
      )
    },
  )

  test('with an entry changed and hashed anew names that entry, as far as one behind vouches', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(2), async ({ changes, at }) => {
        const rows = await chainOf(changes)
        const place = Math.min(at, rows.length - 2)
        const tampered = await Promise.all(
          rows.map(async (row, index) => {
            if (index !== place) return row
            const lie = { ...row, at: row.at + 1 }
            return { ...lie, hash: await entryHash(lie, sha256) }
          }),
        )
        const found = { kind: 'changed', seq: place + 1 }
        expect(await verify(tampered)).toMatchObject({ kind: 'broken', found })
      }),
      RUNS,
    )
  })

  test.each([
    ['as it was left', (rows: readonly AuditRow[]) => rows],
    ['numbered anew', renumbered],
  ])('with an entry deleted names the missing one, %s', async (_how, tidy) => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(2), async ({ changes, at }) => {
        const rows = await chainOf(changes)
        const place = Math.min(at, rows.length - 2)
        const tampered = tidy(rows.filter((_, index) => index !== place))
        const found = { kind: 'missing', seq: place + 1 }
        expect(await verify(tampered)).toMatchObject({ kind: 'broken', found })
      }),
      RUNS,
    )
  })

  test('with its end deleted is cut off behind an anchor', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(), async ({ changes, at }) => {
        const rows = await chainOf(changes)
        const found = { kind: 'cut_off', seq: at + 1 }
        expect(await verify(rows.slice(0, at), rows.map(anchorAt))).toMatchObject({
          kind: 'broken',
          found,
          anchoredUpTo: at === 0 ? null : at,
        })
      }),
      RUNS,
    )
  })

  test.each([
    ['that fits the entry before', true],
    ['with any hash', false],
  ])('with an entry inserted and the rest numbered anew names it: one %s', async (_how, fits) => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(), anyChange, async ({ changes, at }, change) => {
        const rows = await chainOf(changes)
        const before = rows[at - 1] ?? (await emptyChain(WORKSPACE, sha256))
        const fake = await chainEntry(before, change, 'salt', sha256)
        const inserted = fits ? fake : { ...fake, hash: 'e'.repeat(64) }
        const tampered = renumbered([...rows.slice(0, at), inserted, ...rows.slice(at)])
        const found = { kind: 'inserted', seq: at + 1 }
        expect(await verify(tampered)).toMatchObject({ kind: 'broken', found })
      }),
      RUNS,
    )
  })

  test.each([
    ['with their numbers', (rows: readonly AuditRow[]) => rows],
    ['numbered anew', renumbered],
  ])('with two entries swapped names the first place that is wrong, %s', async (_how, tidy) => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(2), fc.nat(), async ({ changes, at }, other) => {
        const rows = await chainOf(changes)
        const away = (at + 1 + (other % (rows.length - 1))) % rows.length
        const tampered = [...rows]
        const [one, two] = [rows[at], rows[away]]
        if (!one || !two) throw new Error('Both places are in the chain.')
        tampered[at] = two
        tampered[away] = one
        const found = { kind: 'out_of_order', seq: Math.min(at, away) + 1 }
        expect(await verify(tidy(tampered))).toMatchObject({ kind: 'broken', found })
      }),
      RUNS,
    )
  })

  test('written wholly anew is caught by any anchor behind the change, and by nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(), fc.nat(), async ({ changes, at }, further) => {
        const rows = await chainOf(changes)
        const lied = rows.map((row, index) => (index === at ? { ...row, at: row.at + 1 } : row))
        const tampered = await rechained(lied)
        expect(await verify(tampered)).toMatchObject({ kind: 'whole' })
        const anchored = rows[at + (further % (rows.length - at))]
        if (!anchored) throw new Error('The anchored entry is in the chain.')
        const found = { kind: 'rewritten', seq: anchored.seq }
        expect(await verify(tampered, [anchorAt(anchored)])).toMatchObject({ found })
      }),
      RUNS,
    )
  })

  test('of another workspace is not taken for this one', async () => {
    const changes = fc.sample(anyChain(1), { numRuns: 1, seed: 1 })[0] ?? []
    const rows = streamOf(await chainOf(changes))
    const chain = { workspaceId: 'other', rows, anchors: [], isWhole: true }
    expect(await verifyChain(chain, sha256)).toMatchObject({ kind: 'broken', found: { seq: 1 } })
  })

  test('with an anchor that nobody of ours signed says so, wherever it stands', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain(0), fc.nat(14), async (changes, seq) => {
        const found = { kind: 'anchor_not_signed', seq }
        const rows = await chainOf(changes)
        expect(await verify(rows, [{ kind: 'not_signed', seq }])).toMatchObject({ found })
      }),
      RUNS,
    )
  })

  test('can be walked in parts, with the same verdict', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(), fc.boolean(), async ({ changes, at }, isTampered) => {
        const rows = await chainOf(changes)
        const last = rows.length - 1
        if (isTampered) rows[last] = { ...(rows[last] as AuditRow), at: -1 }
        const whole = await verify(rows)
        const part = { workspaceId: WORKSPACE, anchors: [] }
        const first = await verifyChain(
          { ...part, rows: streamOf(rows.slice(0, at)), isWhole: false },
          sha256,
        )
        if (first.kind === 'broken') throw new Error('The first part was not touched.')
        const rest = { ...part, rows: streamOf(rows.slice(at)), isWhole: true, from: first.head }
        expect(await verifyChain(rest, sha256)).toEqual(whole)
      }),
      RUNS,
    )
  })
})

describe('values', () => {
  test('may be erased, one or all, without breaking the chain', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain(0), fc.infiniteStream(fc.boolean()), async (changes, erased) => {
        const rows = (await chainOf(changes)).map((row) =>
          erased.next().value ? { ...row, values: null } : row,
        )
        expect(await verify(rows)).toMatchObject({ kind: 'whole' })
      }),
      RUNS,
    )
  })

  test('that were changed or made up name their entry', async () => {
    await fc.assert(
      fc.asyncProperty(chainAndPlace(), anyChange, async ({ changes, at }, { values }) => {
        const rows = await chainOf(changes)
        const truth = rows[at]?.values ?? null
        const lie = { salt: 'f'.repeat(32), reason: 'a lie', before: null, after: null, ...values }
        fc.pre(canonical(lie) !== canonical(truth))
        const tampered = rows.map((row, index) => (index === at ? { ...row, values: lie } : row))
        const found = { kind: 'value_changed', seq: at + 1 }
        expect(await verify(tampered)).toMatchObject({ kind: 'broken', found })
      }),
      RUNS,
    )
  })
})

test('the canonical text is that of RFC 8785: keys by UTF-16, numbers as ECMAScript writes them', () => {
  // Sections 3.2.2 and 3.2.3 of the RFC.
  expect(
    canonical({
      numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }),
  ).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
  expect(canonical({ '\ufb33': 1, '\ud83d\ude00': 2, '\u20ac': 3, '1': 4 })).toBe(
    '{"1":4,"\u20ac":3,"\ud83d\ude00":2,"\ufb33":1}',
  )
})
