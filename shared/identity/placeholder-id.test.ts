import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPlaceholderId } from './placeholder-id.ts'

const NOBODY = [
  ...['null', 'undefined', 'None', 'NaN', 'nil', '(null)', '[object Object]', 'true', 'false'],
  ...['0', '-1', '-', 'n/a', '{}', 'anonymous', 'guest', 'unknown', 'not_authenticated', 'userId'],
  '00000000-0000-0000-0000-000000000000',
]

describe('an id that names nobody', () => {
  test.each(NOBODY)('is %s', (id) => {
    expect(isPlaceholderId(id)).toBe(true)
  })

  test('is recognised in any case and within any blanks and quotes', () => {
    const wrapping = fc
      .array(fc.constantFrom(' ', '\t', '\n', '\u00a0', '"', "'", '`'), { maxLength: 60 })
      .map((chars) => chars.join(''))
    const inAnyCase = fc.constantFrom(...NOBODY).chain((id) =>
      fc.mixedCase(fc.constant(id), {
        toggleCase: (char) =>
          char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase(),
      }),
    )
    fc.assert(
      fc.property(wrapping, inAnyCase, wrapping, (before, id, after) => {
        expect(isPlaceholderId(before + id + after)).toBe(true)
      }),
    )
  })

  test.each(['', ' ', '""', "' '"])('is also one without content: %j', (id) => {
    expect(isPlaceholderId(id)).toBe(true)
  })
})

describe('an id that may be somebody’s', () => {
  test.each([
    ...['1', '7', '00', '10', '-10', 'a', 'u', 'na', 'id', 'me', 'test', 'user', 'admin', 'root'],
    ...['nullah', 'Noneta', 'guest-7f3a', 'anonymous@example.com', 'true north', 'user_id=7'],
    '00000000-0000-0000-0000-000000000001',
  ])('stays: %s', (id) => {
    expect(isPlaceholderId(id)).toBe(false)
  })

  test('such as a random one, a number or an address, always stays', () => {
    const real = fc.oneof(fc.uuid(), fc.emailAddress(), fc.integer({ min: 1 }).map(String))
    fc.assert(fc.property(real, (id) => !isPlaceholderId(id)))
  })
})
