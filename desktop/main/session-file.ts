import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** The part of Electron's safeStorage that is used: the key is in the system's key store. */
export interface SystemSeal {
  isEncryptionAvailable(): boolean
  encryptString(plain: string): Buffer
  decryptString(sealed: Buffer): string
}

const OWNER_ONLY = 0o600

/**
 * The session on disk, sealed. Where the system has no key store nothing is kept, and people sign in after
 * each start: a token in the open would be worse.
 */
export const sessionFile = (path: string, seal: SystemSeal) => ({
  load(): string | null {
    try {
      return seal.isEncryptionAvailable() ? seal.decryptString(readFileSync(path)) : null
    } catch {
      return null
    }
  },
  /** @returns whether it is on disk; also when there is nothing to seal it with, as then none is wanted */
  keep(session: string | null): boolean {
    try {
      if (session === null || !seal.isEncryptionAvailable()) {
        rmSync(path, { force: true })
      } else {
        writeFileSync(`${path}.new`, seal.encryptString(session), { mode: OWNER_ONLY })
        renameSync(`${path}.new`, path)
      }
      return true
    } catch {
      return false
    }
  },
})
