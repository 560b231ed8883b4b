import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { hasCode } from './has-code.ts'
import { makeFolder } from './make-folder.ts'
import { isRunning, processIdentity } from './process-identity.ts'

const ROUNDS = 10
const ROUND_WAIT_MS = 50

const LockHolder = z.object({
  pid: z.number().int().positive(),
  identity: z.string().nullable(),
  nonce: z.string(),
})
type LockHolder = z.infer<typeof LockHolder>

export type LockAttempt =
  | { kind: 'taken'; release(): void }
  /** Null where no starter has come far enough to be named. */
  | { kind: 'busy'; pid: number | null }

/** The locks this very process holds, which a look at the pid cannot tell from a stale one. */
const heldHere = new Set<string>()

/**
 * Takes a folder for this process: a file in it, created exclusively. The lock of a process that no
 * longer runs is taken over, by exactly one of all that find it.
 *
 * @throws what the file system throws where the folder cannot be made or written
 */
export const takeFolderLock = async (dir: string, fileName: string): Promise<LockAttempt> => {
  const path = join(dir, fileName)
  const mine: LockHolder = {
    pid: process.pid,
    identity: processIdentity(process.pid),
    nonce: randomUUID(),
  }
  makeFolder(dir)
  for (let round = 0; round < ROUNDS; round += 1) {
    if (createWhole(path, mine) || succeed(path, mine)) {
      heldHere.add(path)
      return { kind: 'taken', release: () => release(path, mine) }
    }
    const found = parseLock(path)
    if (typeof found !== 'string' && isHeld(path, found)) return { kind: 'busy', pid: found.pid }
    await sleep(ROUND_WAIT_MS)
  }
  return { kind: 'busy', pid: null }
}

/** Creates a file with its content in one step, or not at all where there is one. */
const createWhole = (path: string, holder: LockHolder): boolean => {
  const draft = `${path}.${randomUUID()}`
  try {
    writeFileSync(draft, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    linkSync(draft, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Takes over the lock of a process that no longer runs. Only one starter can create the marker that
 * names the stale lock, and it puts its own in place by a rename, so there is always exactly one lock
 * and never a moment without. A starter that comes late finds another lock than the one it read. The
 * marker of a starter that died half-way is itself a stale lock to succeed to.
 */
const succeed = (path: string, mine: LockHolder): boolean => {
  const stale = parseLock(path)
  if (stale === 'gone' || (stale !== 'unreadable' && isHeld(path, stale))) return false
  const marker = claimSuccession(path, stale, mine)
  if (marker === null) return false
  try {
    if (!isSame(parseLock(path), stale)) return false
    const draft = `${path}.${mine.nonce}.lock`
    writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
    renameSync(draft, path)
    return true
  } finally {
    rmSync(marker, { force: true })
  }
}

/** The marker that makes this starter the one successor, or null where another one is. */
const claimSuccession = (path: string, stale: Found, mine: LockHolder): string | null => {
  let nonce = nonceOf(stale)
  for (let links = 0; links < ROUNDS; links += 1) {
    const marker = `${path}.after-${nonce}`
    if (createWhole(marker, mine)) return marker
    const other = parseLock(marker)
    if (other === 'gone' || (other !== 'unreadable' && isHeld(marker, other))) return null
    nonce = nonceOf(other)
  }
  return null
}

type Found = LockHolder | 'unreadable'

const nonceOf = (found: Found): string => (found === 'unreadable' ? found : found.nonce)

const isSame = (found: Found | 'gone', stale: Found): boolean =>
  found !== 'gone' && nonceOf(found) === nonceOf(stale)

const parseLock = (path: string): LockHolder | 'gone' | 'unreadable' => {
  try {
    return LockHolder.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'gone' : 'unreadable'
  }
}

const isHeld = (path: string, holder: LockHolder): boolean => {
  if (heldHere.has(path)) return true
  if (holder.pid === process.pid || !isRunning(holder.pid)) return false
  const now = processIdentity(holder.pid)
  return now === null || holder.identity === null || now === holder.identity
}

const release = (path: string, mine: LockHolder): void => {
  heldHere.delete(path)
  const found = parseLock(path)
  if (typeof found !== 'string' && found.nonce === mine.nonce) rmSync(path, { force: true })
}
