import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRecoveryCode, newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts'

const hash = (code: string) => recoveryCodeHash('usr_ada', code)

test('there are ten codes of 50 bits, all different, in two groups', () => {
  const codes = newRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) {
    expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/)
    expect(isRecoveryCode(code)).toBe(true)
  }
})

test('all 32 characters are drawn', () => {
  const drawn = Array.from({ length: 50 }, newRecoveryCodes).flat().join('').replaceAll('-', '')
  expect(new Set(drawn).size).toBe(32)
})

test('a code is the same however it is typed', async () => {
  const stored = await hash('0k1mz-9abcd')
  for (const typed of [
    '0K1MZ-9ABCD',
    ' 0k1mz 9abcd\n',
    'Ok1mz-9abcd',
    'okimz9abcd',
    'oKLmz–9abcd',
    '０ｋ１ｍｚ－９ａｂｃｄ',
  ]) {
    expect(isRecoveryCode(typed)).toBe(true)
    expect(await hash(typed)).toBe(stored)
  }
})

test('another code, or the same one of somebody else, has another hash', async () => {
  const [one = '', two = ''] = newRecoveryCodes()
  expect(await hash(one)).not.toBe(await hash(two))
  expect(await hash(one)).not.toBe(await recoveryCodeHash('usr_bob', one))
})

test('where the name ends and the code begins makes a difference', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (a, b, c) => {
      fc.pre(b !== '')
      expect(await recoveryCodeHash(a + b, c)).not.toBe(await recoveryCodeHash(a, b + c))
    }),
  )
})

for (const typed of [
  '',
  '0k1mz',
  '0k1mz-9abc',
  '0k1mz-9abcde',
  '0k1mz-9abcu',
  '0k1mz_9abcd',
  '123456',
]) {
  test(`${JSON.stringify(typed)} is no code`, () => {
    expect(isRecoveryCode(typed)).toBe(false)
  })
}
