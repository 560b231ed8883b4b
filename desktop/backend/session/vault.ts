import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../lock/has-code.ts'

/** Where the session outlives the process. In Electron the system's key store seals it. */
export interface SessionVault {
  load(): string | null
  /** Resolves when it is durable: the token before it may not work any more. */
  save(text: string): Promise<void>
  clear(): Promise<void>
}

const SESSION_FILE = 'session.json'
const OWNER_ONLY = 0o600

/** A file that only this user can read, for a console without Electron. */
export function fileVault(dataDir: string): SessionVault {
  const path = join(dataDir, SESSION_FILE)
  return {
    load() {
      try {
        return readFileSync(path, 'utf8')
      } catch (error) {
        if (hasCode(error, 'ENOENT')) return null
        throw error
      }
    },
    async save(text) {
      const fresh = `${path}.new`
      const file = openSync(fresh, 'w', OWNER_ONLY)
      try {
        writeSync(file, text)
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(fresh, path)
    },
    async clear() {
      rmSync(path, { force: true })
    },
  }
}
