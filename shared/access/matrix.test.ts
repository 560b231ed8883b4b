import { describe, expect, test } from 'vitest'
import { grantedToMember, isGrantable, isRole } from './granted.ts'
import {
  KEY_KINDS,
  keysOf,
  needsConfirmation,
  PERMISSIONS,
  permissionsOfKey,
  permissionsOfRole,
  ROLES,
  scopeOfRole,
} from './matrix.ts'

const MANAGES_PEOPLE = /^(me|members|roles|keys|apps|sign-in|sealing):/

describe('the table', () => {
  test('names each permission as resource:action', () => {
    for (const permission of PERMISSIONS) expect(permission).toMatch(/^[a-z-]+:[a-z]+$/)
    expect(new Set(PERMISSIONS).size).toBe(PERMISSIONS.length)
  })

  test('refuses what stands in no cell', () => {
    for (const role of ROLES) {
      const carried = permissionsOfRole(role)
      for (const permission of PERMISSIONS) {
        expect(carried.includes(permission)).toBe(scopeOfRole(role, permission) !== null)
      }
    }
    // Of everybody but owners something is kept.
    for (const role of ROLES.slice(1)) {
      expect(permissionsOfRole(role).length).toBeLessThan(PERMISSIONS.length)
    }
  })

  test.each(['toString', 'constructor', '__proto__', 'Owner', ' owner', 'owner ', ''])(
    'knows no role %j',
    (name) => {
      expect(isRole(name)).toBe(false)
      expect(grantedToMember(name, null, null)).toEqual([])
    },
  )

  test('has no role above owner, and none but owner above admin', () => {
    expect(permissionsOfRole('owner')).toEqual(PERMISSIONS)
    const admin = permissionsOfRole('admin')
    for (const role of ROLES.slice(2)) {
      expect(permissionsOfRole(role).filter((one) => !admin.includes(one))).toEqual([])
    }
  })

  test('gives everybody what is their own, and only that as their own', () => {
    for (const role of ROLES) {
      for (const permission of permissionsOfRole(role)) {
        const isOwn = permission.startsWith('me:')
        expect(scopeOfRole(role, permission)).toBe(isOwn ? 'own' : 'workspace')
      }
      expect(permissionsOfRole(role)).toEqual(expect.arrayContaining(['me:read', 'me:write']))
    }
  })
})

describe('keys', () => {
  test('never carry what manages people, keys, sign-in or sealing', () => {
    for (const kind of KEY_KINDS) {
      expect(permissionsOfKey(kind).filter((one) => MANAGES_PEOPLE.test(one))).toEqual([])
    }
    // Who keeps audit logs elsewhere fetches them with a key.
    expect(keysOf('audit:export')).toEqual(['secret'])
  })

  test('that are public carry nothing that a secret key does not', () => {
    const secret = permissionsOfKey('secret')
    expect(permissionsOfKey('write').filter((one) => !secret.includes(one))).toEqual([])
  })

  test('that are public capture and decide, and read nothing of anybody', () => {
    expect(permissionsOfKey('write').toSorted()).toEqual(['capture:write', 'decisions:read'])
  })

  test('carry nothing that no role carries: somebody has to make them', () => {
    for (const kind of KEY_KINDS) {
      for (const permission of permissionsOfKey(kind)) {
        expect(ROLES.some((role) => scopeOfRole(role, permission) !== null)).toBe(true)
      }
    }
  })
})

test('whatever changes people, keys, sign-in or sealing asks for a proof first', () => {
  const changes = PERMISSIONS.filter(
    (one) => MANAGES_PEOPLE.test(one) && one.endsWith(':write') && !one.startsWith('me:'),
  )
  expect(changes.length).toBeGreaterThan(4)
  expect(changes.filter((one) => !needsConfirmation(one))).toEqual([])
  // Reading never does: a list would ask again every ten minutes.
  expect(PERMISSIONS.filter((one) => one.endsWith(':read') && needsConfirmation(one))).toEqual([])
})

test('only owners and admins change people and roles, also under a role of their own making', () => {
  for (const permission of ['members:write', 'roles:write'] as const) {
    expect(ROLES.filter((role) => scopeOfRole(role, permission) !== null)).toEqual([
      'owner',
      'admin',
    ])
    expect(isGrantable(permission)).toBe(false)
  }
  expect(ROLES.filter((role) => scopeOfRole(role, 'sealing:write') !== null)).toEqual(['owner'])
  expect(isGrantable('sealing:write')).toBe(false)
})
