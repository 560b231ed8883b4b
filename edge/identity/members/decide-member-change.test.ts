import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grantedToMember } from '#shared/access/granted.ts'
import { type Permission, permissionsOfRole, ROLES } from '#shared/access/matrix.ts'
import {
  decideMemberChange,
  type Giver,
  type MemberChange,
  type MemberState,
} from './decide-member-change.ts'

const CUSTOM = new Map<string, readonly Permission[]>([
  ['campaigns', ['slots:read', 'slots:write', 'stats:read']],
  // Written into the row by somebody who could: grantedToMember never lets it through.
  ['sneaky', ['members:write', 'roles:write', 'sealing:write', 'keys:write']],
])
const PEOPLE = ['a', 'b', 'c', 'd', 'e']

const permissionsOf = (role: string, app: readonly Permission[] | null = null) =>
  grantedToMember(role, CUSTOM.get(role) ?? null, app)

const roleName = fc.constantFrom<string>(...ROLES, 'campaigns', 'sneaky', 'unknown', '')
const change: fc.Arbitrary<MemberChange> = fc.oneof(
  fc.record({
    kind: fc.constant('role' as const),
    userId: fc.constantFrom(...PEOPLE, 'nobody'),
    role: roleName,
  }),
  fc.record({
    kind: fc.constantFrom('activate' as const, 'deactivate' as const),
    userId: fc.constantFrom(...PEOPLE),
  }),
)
/** The first is always an owner: every workspace begins with one. */
const beginning = fc
  .array(
    fc.record({
      role: fc.constantFrom<string>(...ROLES, 'campaigns', 'sneaky'),
      isActive: fc.boolean(),
    }),
    {
      minLength: PEOPLE.length,
      maxLength: PEOPLE.length,
    },
  )
  .map((states): MemberState[] =>
    PEOPLE.map((userId, n) =>
      n === 0
        ? { userId, role: 'owner', isActive: true }
        : { userId, ...(states[n] ?? { role: 'agent', isActive: false }) },
    ),
  )
const app = fc.option(fc.subarray(permissionsOfRole('owner')), { nil: null })

const isOwner = ({ role, isActive }: MemberState) => role === 'owner' && isActive
const giverOf = ({ userId, role }: MemberState, through: readonly Permission[] | null): Giver => ({
  userId,
  role,
  permissions: permissionsOf(role, through),
})

describe('from any state, by any changes of any members through any apps,', () => {
  test('there is always an owner who can sign in, and nobody gets more than their giver had', () => {
    fc.assert(
      fc.property(
        beginning,
        fc.array(fc.record({ by: fc.constantFrom(...PEOPLE), through: app, change }), {
          maxLength: 40,
        }),
        (first, steps) => {
          let members = first
          for (const step of steps) {
            const by = members.find(({ userId }) => userId === step.by)
            if (!by?.isActive) continue
            const giver = giverOf(by, step.through)
            // What the route's guard asks first.
            if (!giver.permissions.includes('members:write')) continue
            const decision = decideMemberChange(members, CUSTOM, giver, step.change)
            if (decision.kind !== 'change') continue
            const { before, after } = decision
            expect(members).toContainEqual(before)
            for (const { role } of [before, after]) {
              const missing = permissionsOf(role).filter((one) => !giver.permissions.includes(one))
              expect(missing).toEqual([])
              if (role === 'owner') expect(giver.role).toBe('owner')
            }
            members = members.map((one) => (one.userId === after.userId ? after : one))
            expect(members.some(isOwner)).toBe(true)
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('without a step of an owner, nobody is an owner who was none', () => {
    fc.assert(
      fc.property(
        beginning,
        fc.array(fc.record({ by: fc.constantFrom(...PEOPLE), change }), { maxLength: 40 }),
        (first, steps) => {
          let members = first
          for (const step of steps) {
            const by = members.find(({ userId }) => userId === step.by)
            if (!by || by.role === 'owner') continue
            const decision = decideMemberChange(members, CUSTOM, giverOf(by, null), step.change)
            if (decision.kind !== 'change') continue
            const { after } = decision
            members = members.map((one) => (one.userId === after.userId ? after : one))
          }
          const owners = (states: MemberState[]) =>
            states.filter(isOwner).map(({ userId }) => userId)
          expect(owners(members)).toEqual(owners(first))
        },
      ),
    )
  })
})

describe('a change is refused', () => {
  const members: MemberState[] = [
    { userId: 'a', role: 'owner', isActive: true },
    { userId: 'b', role: 'owner', isActive: false },
    { userId: 'c', role: 'admin', isActive: true },
  ]
  const decide = (by: 'a' | 'c', asked: MemberChange) => {
    const giver = members.find(({ userId }) => userId === by)
    return giver && decideMemberChange(members, CUSTOM, giverOf(giver, null), asked)
  }

  test.each<[string, 'a' | 'c', MemberChange, string]>([
    ['of somebody who is not there', 'a', { kind: 'activate', userId: 'x' }, 'no_such_member'],
    [
      'to a role that does not exist',
      'a',
      { kind: 'role', userId: 'c', role: 'x' },
      'no_such_role',
    ],
    ['of an owner by an admin', 'c', { kind: 'deactivate', userId: 'a' }, 'above_you'],
    ['to owner by an admin', 'c', { kind: 'role', userId: 'c', role: 'owner' }, 'above_you'],
    ['of an owner without access by an admin', 'c', { kind: 'activate', userId: 'b' }, 'above_you'],
    ['of the last owner by themselves', 'a', { kind: 'deactivate', userId: 'a' }, 'last_owner'],
    ['of the last owner to admin', 'a', { kind: 'role', userId: 'a', role: 'admin' }, 'last_owner'],
  ])('%s', (_what, by, asked, reason) => {
    expect(decide(by, asked)).toEqual({ kind: 'refused', reason })
  })

  test('and one that changes nothing is told from one that does', () => {
    expect(decide('a', { kind: 'activate', userId: 'c' })).toEqual({ kind: 'unchanged' })
    expect(decide('a', { kind: 'activate', userId: 'b' })).toMatchObject({ kind: 'change' })
  })
})
