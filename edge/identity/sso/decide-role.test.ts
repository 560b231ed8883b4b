import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideRole, type RoleRules } from './decide-role.ts'

const rules = (more: Partial<RoleRules> = {}): RoleRules => ({
  roleClaim: 'groups',
  roleMap: [
    { value: 'it', role: 'admin' },
    { value: 'marketing', role: 'marketer' },
  ],
  defaultRole: null,
  ...more,
})

const anything = () => true
const nothing = () => false

describe('a provider that says roles', () => {
  test.each([
    ['a list', { groups: ['kitchen', 'marketing'] }, 'marketer'],
    ['one text', { groups: 'it' }, 'admin'],
    [
      'several that fit: the list’s order counts, not theirs',
      { groups: ['marketing', 'it'] },
      'admin',
    ],
  ])('in %s', (_how, claims, role) => {
    expect(decideRole(rules(), claims, anything)).toEqual({ kind: 'stated', role })
  })

  test.each([
    ['no claim', {}],
    ['an empty list', { groups: [] }],
    ['another spelling', { groups: ['IT', ' it', 'it '] }],
    ['a part of the text', { groups: 'it,marketing' }],
    ['an object', { groups: { it: true } }],
    ['a number', { groups: 1 }],
    ['nothing', { groups: null }],
  ])('gives none for %s, or the default', (_what, claims) => {
    expect(decideRole(rules(), claims, anything)).toEqual({ kind: 'none', reason: 'no_value' })
    expect(decideRole(rules({ defaultRole: 'agent' }), claims, anything)).toEqual({
      kind: 'stated',
      role: 'agent',
    })
  })

  test('a claim is no member that every object has', () => {
    for (const roleClaim of ['constructor', '__proto__', 'toString']) {
      expect(decideRole(rules({ roleClaim }), {}, anything)).toMatchObject({ kind: 'none' })
    }
  })

  test('a role that cannot be given is none, and no later one takes its place', () => {
    const canGive = (role: string) => role !== 'admin'
    const decided = decideRole(
      rules({ defaultRole: 'agent' }),
      { groups: ['it', 'marketing'] },
      canGive,
    )
    expect(decided).toEqual({ kind: 'none', reason: 'cannot_give' })
  })
})

describe('a provider that says none', () => {
  const silent = (defaultRole: string | null) => rules({ roleClaim: null, defaultRole })

  test('leaves members what they have; who is new gets the default', () => {
    const decided = decideRole(silent('agent'), { groups: ['it'] }, anything)
    expect(decided).toEqual({ kind: 'unstated', forNew: 'agent' })
  })

  test('takes nobody new in without a default, or with one that cannot be given', () => {
    expect(decideRole(silent(null), {}, anything)).toEqual({ kind: 'members_alone' })
    expect(decideRole(silent('owner'), {}, nothing)).toEqual({ kind: 'members_alone' })
  })
})

test('whatever the claims, no role comes out that is not in the rules or cannot be given', () => {
  const role = fc.constantFrom<string>('owner', 'admin', 'agent', 'gone')
  const value = fc.constantFrom('a', 'b', 'c')
  fc.assert(
    fc.property(
      fc.record({
        roleClaim: fc.option(fc.constant('groups')),
        roleMap: fc.array(fc.record({ value, role })),
        defaultRole: fc.option(role),
      }),
      fc.record({
        groups: fc.oneof(value, fc.array(fc.oneof(value, fc.jsonValue())), fc.jsonValue()),
      }),
      fc.uniqueArray(role),
      (given, claims, givable) => {
        const decided = decideRole(given, claims, (each) => givable.some((one) => one === each))
        const found =
          decided.kind === 'stated'
            ? decided.role
            : decided.kind === 'unstated'
              ? decided.forNew
              : null
        if (found === null) return
        expect(givable).toContain(found)
        expect([...given.roleMap.map((each) => each.role), given.defaultRole]).toContain(found)
      },
    ),
  )
})
