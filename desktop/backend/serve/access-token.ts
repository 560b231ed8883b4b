import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const TOKEN_FILE = 'console-token'
const TOKEN_FORM = /^[\w-]{43}$/

/**
 * The token a page must show. It stays the same over restarts of one data folder, so that an open
 * tab finds its way back; only this user can read the file.
 */
export const accessToken = (dataDir: string): string => {
  const path = join(dataDir, TOKEN_FILE)
  const kept = readToken(path)
  if (kept !== null) return kept
  const token = randomBytes(32).toString('base64url')
  writeFileSync(path, token, { mode: 0o600 })
  return token
}

const readToken = (path: string): string | null => {
  try {
    const text = readFileSync(path, 'utf8').trim()
    return TOKEN_FORM.test(text) ? text : null
  } catch {
    return null
  }
}
