import { expect, test } from 'vitest'
import { fromWords, subjectWords, valueRows, whoWords } from './audit-words.ts'

const people = [{ userId: 'usr_1', name: 'Ada Example' }]

test('whoever did it has a name, or what stands in the log', () => {
  const person = { kind: 'person', userId: 'usr_1', sessionId: 'ses_1' } as const
  expect(whoWords({ actor: person }, people)).toBe('Ada Example')
  expect(whoWords({ actor: { ...person, userId: 'usr_2' } }, people)).toBe('Person usr_2')
  expect(whoWords({ actor: { kind: 'key', prefix: 'esk_demo_ab' } }, people)).toBe(
    'Key esk_demo_ab…',
  )
  expect(whoWords({ actor: { kind: 'job', name: 'sweep' } }, people)).toBe('Edgewise (sweep)')
})

test('what it was done to is a person’s name or a kind and an id', () => {
  expect(subjectWords({ subject: { kind: 'user', id: 'usr_1' } }, people)).toBe('Ada Example')
  expect(subjectWords({ subject: { kind: 'audit_log', id: 'demo' } }, people)).toBe(
    'audit log demo',
  )
})

test.each([
  [{ country: 'DE', client: 'console' }, 'console, Germany'],
  [{ country: null, client: 'program' }, 'program'],
  [{ country: 'T1', client: null }, ''],
  [{ country: null, client: null }, ''],
])('where it came from: %o is “%s”', (from, words) => {
  expect(fromWords({ from })).toBe(words)
})

test('values stand side by side, and what changed is marked', () => {
  const before = { role: 'marketer', active: true }
  const after = { role: 'admin', active: true, permissions: [] }
  expect(valueRows(before, after)).toEqual([
    { field: 'role', before: 'marketer', after: 'admin', isChanged: true },
    { field: 'active', before: 'yes', after: 'yes', isChanged: false },
    { field: 'permissions', before: '–', after: 'none', isChanged: true },
  ])
  expect(valueRows(null, ['a', 'b'])).toEqual([
    { field: 'value', before: '–', after: 'a, b', isChanged: true },
  ])
  expect(valueRows(null, null)).toEqual([])
})
