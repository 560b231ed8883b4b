import { expect, test } from 'vitest'
import { ROLES } from '#shared/access/matrix.ts'
import { roleWords } from './role-words.ts'

test('each role of the table has a German word of its own', () => {
  const german = ROLES.map((role) => roleWords('de', role, null))
  expect(new Set(german).size).toBe(ROLES.length)
  expect(german).toContain('Inhaber/-in')
})

test('a custom role keeps its name in every language, also one that is called as another', () => {
  expect(roleWords('de', 'rol_1', 'Editors')).toBe('Editors')
  expect(roleWords('de', 'rol_1', 'owner')).toBe('owner')
  expect(roleWords('en', 'rol_1', null)).toBe('rol_1')
})
