import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomSecret } from '../random-secret.ts'
import { type PasswordProblem, passwordProblem } from './password-quality.ts'

const ADA = { email: 'ada.lovelace@engines.example', name: 'Ada Lovelace' }

const refused: Record<PasswordProblem['code'], string[]> = {
  password_too_short: ['', 'Tr0ub4dor', 'x8#kQ2!pL', '🎉🎈🎂🎁🎀'],
  password_too_long: ['xk'.repeat(513), 'a horse '.repeat(200)],
  password_repeats: ['aaaaaaaaaa', '          ', 'abc123abc123', 'passwordpassword', 'xyxyxyxyxyx'],
  password_sequence: [
    '1234567890',
    '0987654321',
    'abcdefghij',
    'ZYXWVUTSRQP',
    'qwertyuiop',
    'qwertzuiop',
    'qwer1234tyui',
    '1qaz2wsx3edc',
    'asdfghjkl12345',
  ],
  password_about_you: [
    'ada.lovelace@engines.example',
    'AdaLovelace',
    'ada lovelace',
    'Lovelace2024!',
    'lovelaceada1',
    'engines.example',
    'Edgewise2026',
    'edgewise-ada!',
  ],
  password_common: [
    'password123',
    'Password2024!',
    'P@ssw0rd2024',
    '!!dragon!!!!',
    'manchester',
    'ｍａｎｃｈｅｓｔｅｒ',
    'iloveyou1234',
    'Sunshine99!!',
    'basketball',
  ],
}

for (const [code, passwords] of Object.entries(refused)) {
  describe(`${code} is said of`, () => {
    for (const password of passwords) {
      test(JSON.stringify(password.slice(0, 40)), () => {
        expect(passwordProblem(password, ADA)?.code).toBe(code)
      })
    }
  })
}

describe('nothing is said against', () => {
  for (const password of [
    'a horse in the kitchen',
    'correct horse battery staple',
    'x8#kQ2!pLm',
    '8203175946',
    'lovelace rents seven submarines',
    'dragon 83 fjord 19 kettle',
    'Zwölf Boxkämpfer jagen Viktor',
    '図書館で猫が本を読んでいる',
    '🎉🎈🎂🎁🎀🎊🎇🎆✨🎐',
    'a\nhorse\nin\nthe\nkitchen',
  ]) {
    test(JSON.stringify(password), () => {
      expect(passwordProblem(password, ADA)).toBeNull()
    })
  }

  test('a password when nothing is known about its owner', () => {
    expect(passwordProblem('a horse in the kitchen', { email: '', name: '' })).toBeNull()
    expect(passwordProblem('a horse in the kitchen', { email: 'a@b', name: 'A' })).toBeNull()
  })

  test('random passwords of 12 letters and digits', () => {
    const drawn = Array.from({ length: 500 }, () => randomSecret('', 71))
    expect(drawn.filter((password) => passwordProblem(password, ADA) !== null)).toEqual([])
  })
})

test('every refusal says what is wrong and what to do, in sentences', () => {
  for (const [password = ''] of Object.values(refused)) {
    const problem = passwordProblem(password, ADA)
    expect(problem?.reason).toMatch(/^The password .+\.$/)
    expect(problem?.next).toMatch(/^Choose .+\.$/)
  }
})

test('any text gets an answer, and letter case makes no difference', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const answer = passwordProblem(text, ADA)
      expect(
        passwordProblem(text, { email: ADA.email.toUpperCase(), name: 'ADA LOVELACE' }),
      ).toEqual(answer)
    }),
  )
})
