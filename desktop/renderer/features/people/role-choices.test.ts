import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Member, RoleView } from '#rpc/people.ts'
import { me, roles } from '../../app/role-views.fixture.ts'
import { mayChange, namesOf, newRoleId, OFFERED_IN_ROLES, withoutFactor } from './role-choices.ts'

const member = (partial: Partial<Member>): Member => ({
  userId: 'usr_1',
  email: 'ada@demo.example',
  name: 'Ada',
  role: 'marketer',
  active: true,
  secondFactor: false,
  joinedAt: 0,
  lastSeenAt: null,
  ...partial,
})
const ids = (views: readonly RoleView[]) => views.map(({ id }) => id)

describe('roles that one may give', () => {
  test('decide whom one may change', () => {
    expect(mayChange(me('admin'), roles, member({ role: 'owner' }))).toBe(false)
    expect(mayChange(me('admin'), roles, member({ role: 'editor' }))).toBe(true)
    expect(mayChange(me('owner'), roles, member({ role: 'deleted-role' }))).toBe(false)
  })

  test('never offer to carry what manages people, or what everybody has', () => {
    for (const never of ['members:write', 'roles:write', 'sealing:write', 'me:read', 'me:write']) {
      expect(OFFERED_IN_ROLES).not.toContain(never)
    }
  })
})

describe('the id of a new role', () => {
  test.each([
    ['Content editor', 'content-editor'],
    ['Müller & Söhne', 'mu-ller-so-hne'],
    ['2nd line', 'nd-line'],
    ['日本', 'role'],
    ['Owner', 'owner-2'],
  ])('%s is %s', (name, id) => {
    expect(newRoleId(name, ids(roles))).toBe(id)
  })

  test('is always one that the edge takes, and never one that is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const first = newRoleId(name, ids(roles))
        const second = newRoleId(name, [...ids(roles), first])
        for (const id of [first, second]) expect(id).toMatch(/^[a-z][a-z0-9-]{1,31}$/)
        expect(second).not.toBe(first)
      }),
    )
  })
})

describe('a demand for a second factor', () => {
  const ada = member({ userId: 'a', name: 'Ada', role: 'owner' })
  const ben = member({ userId: 'b', name: 'Ben' })
  const cem = member({ userId: 'c', name: 'Cem', secondFactor: true })
  const dan = member({ userId: 'd', name: 'Dan', active: false })

  test('shuts out who works here, is meant and has none', () => {
    const all = [ada, ben, cem, dan]
    expect(withoutFactor(all, ['*'])).toEqual([ada, ben])
    expect(withoutFactor(all, ['marketer'])).toEqual([ben])
    expect(withoutFactor(all, [])).toEqual([])
  })

  test('names them in a sentence', () => {
    expect(namesOf([ada])).toBe('Ada')
    expect(namesOf([ada, ben])).toBe('Ada and Ben')
    expect(namesOf([ada, ben, cem])).toBe('Ada, Ben and Cem')
    expect(namesOf([ada, ben, cem, dan])).toBe('Ada, Ben, Cem and 1 more')
  })
})
