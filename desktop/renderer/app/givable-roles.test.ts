import { describe, expect, test } from 'vitest'
import type { RoleView } from '#rpc/people.ts'
import { ROLES } from '#shared/access/matrix.ts'
import { givableRoles, roleName } from './givable-roles.ts'
import { me, roles } from './role-views.fixture.ts'

const ids = (views: readonly RoleView[]) => views.map(({ id }) => id)

describe('roles that one may give', () => {
  test('are all for an owner, and for an admin all but owner', () => {
    expect(ids(givableRoles(me('owner'), roles))).toEqual([...ROLES, 'editor'])
    expect(ids(givableRoles(me('admin'), roles))).toEqual([
      ...ROLES.filter((role) => role !== 'owner'),
      'editor',
    ])
  })

  test('carry nothing that one does not have', () => {
    const given = ids(givableRoles(me('developer'), roles))
    expect(given).not.toContain('admin')
    expect(given).not.toContain('editor')
  })
})

test('roles have names for people', () => {
  expect(roleName(roles, 'owner')).toBe('Owner')
  expect(roleName(roles, 'editor')).toBe('Editor')
  expect(roleName(roles, 'gone')).toBe('gone')
})
