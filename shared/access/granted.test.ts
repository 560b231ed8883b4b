import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EVERYBODYS_OWN,
  grantedToKey,
  grantedToMember,
  isGrantable,
  mayGiveRole,
  notGivable,
  parsePermissions,
} from './granted.ts'
import {
  KEY_KINDS,
  PERMISSIONS,
  type Permission,
  permissionsOfKey,
  permissionsOfRole,
  ROLES,
} from './matrix.ts'

const somePermissions = fc.subarray([...PERMISSIONS])
const anyCustom = fc.option(somePermissions, { nil: null })
const anyRole = fc.oneof(fc.constantFrom<string>(...ROLES), fc.constantFrom('campaigns', 'support'))
const isWithin = (inner: readonly Permission[], outer: readonly Permission[]) =>
  inner.every((permission) => outer.includes(permission))

describe('a key', () => {
  test('carries at most its kind’s column, and at most what was chosen', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEY_KINDS), anyCustom, (kind, stored) => {
        const carried = grantedToKey(kind, stored)
        expect(isWithin(carried, permissionsOfKey(kind))).toBe(true)
        expect(isWithin(carried, stored ?? permissionsOfKey(kind))).toBe(true)
      }),
    )
  })
})

describe('a member', () => {
  test('has at most what the role has, and an app at most what it was let in for', () => {
    fc.assert(
      fc.property(anyRole, anyCustom, anyCustom, (role, custom, app) => {
        const own = grantedToMember(role, custom, null)
        const ofApp = grantedToMember(role, custom, app)
        expect(isWithin(ofApp, own)).toBe(true)
        expect(isWithin(ofApp, app ?? PERMISSIONS)).toBe(true)
        const builtIn = ROLES.find((one) => one === role)
        const given = custom === null ? [] : [...custom, ...EVERYBODYS_OWN]
        expect(isWithin(own, builtIn ? permissionsOfRole(builtIn) : given)).toBe(true)
      }),
    )
  })

  test('with a custom role never has what manages people', () => {
    fc.assert(
      fc.property(somePermissions, (custom) => {
        expect(
          grantedToMember('campaigns', custom, null).filter((one) => !isGrantable(one)),
        ).toEqual([])
      }),
      { examples: [[[...PERMISSIONS]]] },
    )
  })

  test('with a role of the table gets nothing from a custom role of the same name', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ROLES), somePermissions, (role, custom) => {
        expect(grantedToMember(role, custom, null)).toEqual(permissionsOfRole(role))
      }),
    )
  })
})

describe('nobody gives what they do not have:', () => {
  test('what cannot be given is exactly what the giver lacks', () => {
    fc.assert(
      fc.property(somePermissions, somePermissions, (giver, given) => {
        const refused = notGivable(giver, given)
        expect(isWithin(refused, given)).toBe(true)
        for (const permission of given) {
          expect(refused.includes(permission)).toBe(!giver.includes(permission))
        }
      }),
    )
  })

  test('a role is given by whoever has all of it, through whatever app they come', () => {
    fc.assert(
      fc.property(
        anyRole,
        anyCustom,
        anyCustom,
        anyRole,
        anyCustom,
        (own, custom, app, role, other) => {
          const permissions = grantedToMember(own, custom, app)
          if (!mayGiveRole({ role: own, permissions }, role, other)) return
          expect(isWithin(grantedToMember(role, other, null), permissions)).toBe(true)
          if (role === 'owner') expect(own).toBe('owner')
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('an owner’s app that may only manage members makes no owner, admin or marketer', () => {
    const app = { role: 'owner', permissions: grantedToMember('owner', null, ['members:write']) }
    expect(ROLES.filter((role) => mayGiveRole(app, role, null))).toEqual([])
    const owner = { role: 'owner', permissions: permissionsOfRole('owner') }
    expect(ROLES.filter((role) => mayGiveRole(owner, role, null))).toEqual(ROLES)
  })

  test('an admin gives every role but owner', () => {
    const admin = { role: 'admin', permissions: permissionsOfRole('admin') }
    expect(ROLES.filter((role) => !mayGiveRole(admin, role, null))).toEqual(['owner'])
  })
})

describe('stored permissions', () => {
  test('that no longer exist are dropped, and null stays null', () => {
    expect(parsePermissions('["stats:read","no:more","toString"]')).toEqual(['stats:read'])
    expect(parsePermissions('[]')).toEqual([])
    expect(parsePermissions(null)).toBeNull()
  })

  test.each(['{', '"stats:read"', '{"stats:read":true}', '[1]', 'null'])(
    'that are damaged (%s) give nothing: they throw',
    (json) => {
      expect(() => parsePermissions(json)).toThrow()
    },
  )
})
