import { expect, test } from 'vitest'
import { PERMISSIONS, permissionsOfKey } from '#shared/access/matrix.ts'
import { may } from '../features/session/may.ts'
import { difference, grouped, permissionWords } from './permission-words.ts'

test('every permission has words of its own and a group', () => {
  expect(new Set(PERMISSIONS.map(permissionWords)).size).toBe(PERMISSIONS.length)
  const groups = grouped(PERMISSIONS)
  expect(groups.flatMap(({ permissions }) => permissions).toSorted()).toEqual(
    PERMISSIONS.toSorted(),
  )
  expect(groups.map(({ group }) => group)).not.toContain('Other')
})

test('one of a newer edge stands for itself', () => {
  expect(permissionWords('journeys:write')).toBe('journeys:write')
  expect(grouped(['journeys:write'])).toEqual([{ group: 'Other', permissions: ['journeys:write'] }])
})

test('another role is said as what is gained and lost', () => {
  expect(difference(['slots:read', 'models:read'], ['models:read', 'audit:read'])).toEqual({
    gains: ['read and verify the audit log'],
    loses: ['see slots'],
  })
})

test('a console with a key may at most what a secret key may, and nobody may nothing', () => {
  for (const permission of PERMISSIONS) {
    expect(may({ name: 'by_key' }, permission)).toBe(
      permissionsOfKey('secret').includes(permission),
    )
    expect(may(null, permission)).toBe(false)
    expect(may({ name: 'signed_out', reason: null }, permission)).toBe(false)
  }
})
