import { expect, test } from 'vitest'
import { EVERYBODYS_OWN, grantedToMember } from './granted.ts'

test('whoever has a custom role, however narrow, may ask who they are and end their sessions', () => {
  expect(EVERYBODYS_OWN).toEqual(['me:read', 'me:write'])
  expect(grantedToMember('editor', ['slots:write'], null).toSorted()).toEqual([
    'me:read',
    'me:write',
    'slots:write',
  ])
  expect(grantedToMember('editor', [], null)).toEqual(['me:read', 'me:write'])
})

test('an app gets of it only what it was let in for', () => {
  expect(grantedToMember('editor', ['slots:write'], ['slots:write'])).toEqual(['slots:write'])
})

test('a custom role still carries nothing that manages people', () => {
  expect(grantedToMember('editor', ['members:write', 'roles:write'], null)).toEqual([
    'me:read',
    'me:write',
  ])
})
