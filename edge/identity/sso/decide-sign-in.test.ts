import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ClaimedRole } from './decide-role.ts'
import {
  decideSignIn,
  type KnownPerson,
  type Place,
  type ProvenAddress,
  type SignInFacts,
} from './decide-sign-in.ts'

const proven: ProvenAddress = { kind: 'proven', email: 'ada@company.example' }
const marketer: ClaimedRole = { kind: 'stated', role: 'marketer' }
const member = (place: Place = { kind: 'active', role: 'agent' }): KnownPerson => ({
  userId: 'usr_ada',
  isDeactivated: false,
  place,
})
const facts = (more: Partial<SignInFacts> = {}): SignInFacts => ({
  known: null,
  sameAddress: null,
  address: proven,
  role: marketer,
  ...more,
})

describe('somebody whom nobody knows', () => {
  test('gets an account with a proven address and a role', () => {
    expect(decideSignIn(facts())).toEqual({
      kind: 'create',
      email: 'ada@company.example',
      role: 'marketer',
    })
  })

  test.each(['missing', 'unproven', 'foreign'] as const)('gets none: address %s', (kind) => {
    const decided = decideSignIn(facts({ address: { kind } }))
    expect(decided).toEqual({ kind: 'refused', reason: `address_${kind}` })
  })

  test.each<[ClaimedRole]>([
    [{ kind: 'none', reason: 'no_value' }],
    [{ kind: 'none', reason: 'cannot_give' }],
    [{ kind: 'members_alone' }],
  ])('gets none: %j', (role) => {
    expect(decideSignIn(facts({ role }))).toEqual({ kind: 'refused', reason: 'no_role' })
  })
})

describe('an account with the same address', () => {
  test('is proven first, whatever the provider says', () => {
    const decided = decideSignIn(facts({ sameAddress: member() }))
    expect(decided).toEqual({ kind: 'prove', userId: 'usr_ada' })
  })

  test('that could not come in anyway is not asked for', () => {
    const gone = { ...member(), isDeactivated: true }
    expect(decideSignIn(facts({ sameAddress: gone }))).toEqual({
      kind: 'refused',
      reason: 'deactivated',
    })
  })
})

describe('somebody whom the connection knows', () => {
  test('comes in, with the role that is stated', () => {
    expect(decideSignIn(facts({ known: member() }))).toEqual({
      kind: 'enter',
      userId: 'usr_ada',
      role: 'marketer',
    })
  })

  test('keeps the role where none is stated, or the same', () => {
    const unstated: ClaimedRole = { kind: 'unstated', forNew: 'owner' }
    for (const role of [unstated, { kind: 'stated', role: 'agent' } as const]) {
      expect(decideSignIn(facts({ known: member(), role }))).toMatchObject({ role: null })
    }
  })

  test('needs no address', () => {
    const decided = decideSignIn(facts({ known: member(), address: { kind: 'missing' } }))
    expect(decided.kind).toBe('enter')
  })

  test('and is no member yet becomes one', () => {
    expect(decideSignIn(facts({ known: member({ kind: 'none' }) }))).toEqual({
      kind: 'join',
      userId: 'usr_ada',
      role: 'marketer',
    })
  })
})

const place = fc.oneof(
  fc.constant<Place>({ kind: 'none' }),
  fc.constant<Place>({ kind: 'active', role: 'agent' }),
  fc.constant<Place>({ kind: 'deactivated' }),
)
const person = fc.record({
  userId: fc.constantFrom('u1', 'u2'),
  isDeactivated: fc.boolean(),
  place,
})
const anyFacts: fc.Arbitrary<SignInFacts> = fc.record({
  known: fc.option(person),
  sameAddress: fc.option(person),
  address: fc.constantFrom<ProvenAddress>(
    { kind: 'missing' },
    { kind: 'unproven' },
    { kind: 'foreign' },
    proven,
  ),
  role: fc.constantFrom<ClaimedRole>(
    marketer,
    { kind: 'unstated', forNew: 'agent' },
    { kind: 'members_alone' },
    { kind: 'none', reason: 'no_value' },
  ),
})

test('nobody enters an account that is not theirs by subject, and no deactivated one', () => {
  fc.assert(
    fc.property(anyFacts, (given) => {
      const decided = decideSignIn(given)
      if (decided.kind === 'enter' || decided.kind === 'join') {
        expect(decided.userId).toBe(given.known?.userId)
        expect(given.known).toMatchObject({ isDeactivated: false })
        expect(given.known?.place.kind).not.toBe('deactivated')
      }
      if (decided.kind === 'create') {
        expect([given.known, given.sameAddress]).toEqual([null, null])
      }
      if (decided.kind === 'create' || decided.kind === 'prove') {
        expect(given.address.kind).toBe('proven')
      }
    }),
  )
})
