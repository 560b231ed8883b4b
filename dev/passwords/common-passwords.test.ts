import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { commonPasswords, commonPasswordsModule } from './common-passwords.ts'

test('the edge carries the list that the dictionary gives', async () => {
  const file = new URL(
    '../../edge/identity/passwords/generated/common-passwords.ts',
    import.meta.url,
  )
  expect((await readFile(file, 'utf8')) === (await commonPasswordsModule())).toBe(true)
})

test('the list has long passwords and words, and nothing that is never asked for', () => {
  const list = new Set(commonPasswords())
  for (const password of ['qwertyuiop', '1q2w3e4r5t', 'password', 'dragon', 'love']) {
    expect(list).toContain(password)
  }
  for (const password of ['123456', 'abc123', 'aaa', 'x']) expect(list).not.toContain(password)
  expect(list.size).toBeGreaterThan(30_000)
})
