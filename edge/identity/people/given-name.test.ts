import { expect, test } from 'vitest'
import { GivenName, MAX_GIVEN_NAME_CHARS } from './given-name.ts'

test.each([
  ['Work laptop', 'Work laptop'],
  ['  Ada’s phone\t', 'Ada’s phone'],
  ['1', '1'],
  ['👩‍💻', '👩‍💻'],
  ['Cafe\u0301', 'Caf\u00e9'],
  ['x'.repeat(MAX_GIVEN_NAME_CHARS), 'x'.repeat(MAX_GIVEN_NAME_CHARS)],
])('%j is a name', (given, kept) => {
  expect(GivenName.parse(given)).toBe(kept)
})

test.each([
  '',
  '   ',
  '\u200b\u200d',
  'one\ntwo',
  'bell\u0007',
  'line\u2028line',
  'gpj.\u202etxt',
  '\u2067abc',
  'half \ud83d',
  'x'.repeat(MAX_GIVEN_NAME_CHARS + 1),
])('%j is none', (given) => {
  expect(GivenName.safeParse(given).success).toBe(false)
})
