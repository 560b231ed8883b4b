import { describe, expect, test } from 'vitest'
import type { RoleView } from '#rpc/people.ts'
import type { RoleRules } from '#rpc/sso.ts'
import { permissionsOfRole, ROLES } from '#shared/access/matrix.ts'
import {
  draftOf,
  moved,
  newDraft,
  type RulesDraft,
  readRules,
  roleAbove,
  withLine,
} from './role-rules.ts'

const GIVABLE = ['admin', 'marketer', 'agent']
const byGroups: RoleRules = {
  roleClaim: 'groups',
  roleMap: [
    { value: 'it', role: 'admin' },
    { value: 'marketing', role: 'marketer' },
  ],
  defaultRole: null,
}
const draft = (partial: Partial<RulesDraft>): RulesDraft => ({ ...draftOf(byGroups), ...partial })
const valuesOf = (map: RulesDraft['map']) => map.map(({ value }) => value)

describe('a draft', () => {
  test.each([
    byGroups,
    { roleClaim: null, roleMap: [], defaultRole: 'agent' },
    { roleClaim: null, roleMap: [], defaultRole: null },
  ])('says again what the connection says: %j', (rules) => {
    expect(readRules(draftOf(rules), GIVABLE)).toEqual({ kind: 'rules', rules })
  })

  test('that leaves roles to admins keeps its lines in the page, and sends none', () => {
    expect(readRules(draft({ by: 'admins', others: 'agent' }), GIVABLE)).toEqual({
      kind: 'rules',
      rules: { roleClaim: null, roleMap: [], defaultRole: 'agent' },
    })
  })

  test('is trimmed', () => {
    const read = readRules(draft({ claim: ' groups ' }), GIVABLE)
    expect(read).toEqual({ kind: 'rules', rules: byGroups })
  })
})

describe('a draft is not whole', () => {
  test('without a claim or a value, which needs no words', () => {
    const nothing = { kind: 'incomplete', message: null }
    expect(readRules(draft({ claim: ' ' }), GIVABLE)).toEqual(nothing)
    const { map } = draft({})
    expect(readRules(draft({ map: withLine(map, 'agent') }), GIVABLE)).toEqual(nothing)
  })

  test.each([
    ['nobody would be let in', draft({ map: [] }), /nobody would be let in/],
    [
      'a value is there twice',
      draft({ map: [...draft({}).map, { key: 9, value: ' it', role: 'agent' }] }),
      /“it” is there twice/,
    ],
    ['a role is gone', draft({ others: 'editor' }), /does not exist any more/],
    [
      'a role of the map is gone',
      draft({ map: [{ key: 0, value: 'x', role: 'editor' }] }),
      /exist/,
    ],
  ])('where %s, and it says so', (_what, given, why) => {
    expect(readRules(given, GIVABLE)).toEqual({
      kind: 'incomplete',
      message: expect.stringMatching(why),
    })
  })
})

describe('lines of the map', () => {
  const { map } = draft({})

  test('move by one place, and stay at the ends', () => {
    expect(valuesOf(moved(map, 1, -1))).toEqual(['marketing', 'it'])
    expect(valuesOf(moved(map, 0, 1))).toEqual(['marketing', 'it'])
    expect(valuesOf(moved(map, 0, -1))).toEqual(['it', 'marketing'])
    expect(valuesOf(moved(map, 1, 1))).toEqual(['it', 'marketing'])
    expect(valuesOf(moved(map, 7, 1))).toEqual(['it', 'marketing'])
  })

  test('have keys of their own, also after one was removed', () => {
    const keys = withLine(map.slice(1), 'agent').map(({ key }) => key)
    expect(keys).toEqual([1, 2])
    expect(withLine([], 'agent')).toEqual([{ key: 0, value: '', role: 'agent' }])
  })
})

describe('a role above somebody', () => {
  const roles: RoleView[] = ROLES.map((id) => ({
    id,
    name: id,
    custom: false,
    permissions: permissionsOfRole(id).map((permission) => ({ permission, confirm: false })),
  }))
  const admin = { email: 'a@a.example', role: 'admin', permissions: permissionsOfRole('admin') }

  test('is found in the map and behind it', () => {
    expect(roleAbove(admin, roles, byGroups)).toBeNull()
    expect(roleAbove(admin, roles, { ...byGroups, defaultRole: 'owner' })).toBe('owner')
    const roleMap = [{ value: 'x', role: 'owner' }]
    expect(roleAbove(admin, roles, { ...byGroups, roleMap })).toBe('owner')
  })

  test('is none that was deleted: only other rules can take its place', () => {
    expect(roleAbove(admin, roles, { ...byGroups, defaultRole: 'editor' })).toBeNull()
  })
})

test('a new connection begins with a line to fill in, and with nothing to complain about', () => {
  const begun = newDraft('groups', GIVABLE)
  expect(begun.map).toEqual([{ key: 0, value: '', role: 'marketer' }])
  expect(readRules(begun, GIVABLE)).toEqual({ kind: 'incomplete', message: null })
  expect(newDraft('groups', ['agent']).map[0]?.role).toBe('agent')
  expect(readRules(newDraft(null, GIVABLE), GIVABLE).kind).toBe('rules')
})
