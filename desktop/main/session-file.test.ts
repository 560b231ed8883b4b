import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type SystemSeal, sessionFile } from './session-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'session-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const PLAIN = '{"refreshToken":"ert_secret"}'
/** As the system's: bytes that only it opens. Electron itself is not at hand here. */
const seal = (isThere = true): SystemSeal => ({
  isEncryptionAvailable: () => isThere,
  encryptString: (plain) => Buffer.from(plain).map((byte) => byte ^ 0x5a) as Buffer,
  decryptString: (sealed) => Buffer.from(sealed.map((byte) => byte ^ 0x5a)).toString(),
})

test('a session is on disk sealed, for its owner alone, and comes back', () => {
  const path = join(folder, 'session.sealed')
  expect(sessionFile(path, seal()).keep(PLAIN)).toBe(true)
  expect(readFileSync(path, 'utf8')).not.toContain('secret')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(sessionFile(path, seal()).load()).toBe(PLAIN)
})

test('none is there before the first, and none after it was forgotten', () => {
  const file = sessionFile(join(folder, 'session.sealed'), seal())
  expect(file.load()).toBeNull()
  file.keep(PLAIN)
  expect(file.keep(null)).toBe(true)
  expect(file.load()).toBeNull()
})

test('without a key store nothing is kept, and what was kept is removed', () => {
  const path = join(folder, 'session.sealed')
  sessionFile(path, seal()).keep(PLAIN)
  const bare = sessionFile(path, seal(false))
  expect(bare.load()).toBeNull()
  expect(bare.keep(PLAIN)).toBe(true)
  expect(sessionFile(path, seal()).load()).toBeNull()
})

test('a folder that is not there is told, and nothing breaks', () => {
  expect(sessionFile(join(folder, 'nowhere', 'session.sealed'), seal()).keep(PLAIN)).toBe(false)
})
