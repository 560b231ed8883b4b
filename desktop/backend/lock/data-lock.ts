import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ConsoleError } from '../console-error.ts'
import { isRunning, processIdentity } from './process-identity.ts'

const LOCK_FILE = 'console.lock'
const UNFINISHED_LOCK_TRIES = 10
const UNFINISHED_LOCK_WAIT_MS = 50

const LockHolder = z.object({
  pid: z.number().int().positive(),
  identity: z.string().nullable(),
  nonce: z.string(),
})
type LockHolder = z.infer<typeof LockHolder>

export type DataLock = { release(): void }

/** The locks this very process holds, which a look at the pid cannot tell from a stale one. */
const heldHere = new Set<string>()

/**
 * Takes the data folder for this process. PGlite opens a directory that another process is writing
 * to without complaint, and rows acknowledged to either are lost, so the lock is ours: a file beside
 * the database, created exclusively. The lock of a process that no longer runs is taken over.
 *
 * @throws ConsoleError `busy`, naming the other process, or `storage` where the folder is not
 *   writable.
 */
export const acquireDataLock = async (dataDir: string): Promise<DataLock> => {
  const path = join(dataDir, LOCK_FILE)
  const mine: LockHolder = {
    pid: process.pid,
    identity: processIdentity(process.pid),
    nonce: randomUUID(),
  }
  makeFolder(dataDir)
  // Each round either creates the lock, or removes one stale lock, or finds the holder.
  for (let round = 0; round < 10; round += 1) {
    if (createExclusively(path, mine)) {
      heldHere.add(path)
      return { release: () => release(path, mine) }
    }
    const found = await readLock(path)
    if (found === 'gone') continue
    if (found !== 'unreadable' && isHeld(path, found)) throw busy(dataDir, found.pid)
    removeStale(path, found)
  }
  throw busy(dataDir, null)
}

const makeFolder = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw notWritable(dataDir, error)
  }
}

const createExclusively = (path: string, holder: LockHolder): boolean => {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw notWritable(path, error)
  }
}

/** The lock's holder. A file that stays unreadable was left by a crash between create and write. */
const readLock = async (path: string): Promise<LockHolder | 'gone' | 'unreadable'> => {
  for (let attempt = 0; attempt < UNFINISHED_LOCK_TRIES; attempt += 1) {
    const found = parseLock(path)
    if (found !== 'unreadable') return found
    await sleep(UNFINISHED_LOCK_WAIT_MS)
  }
  return 'unreadable'
}

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

/**
 * Moves a stale lock out of the way by an atomic rename. Another starter may have replaced it since
 * we read it; then we hold somebody's fresh lock in our hand and put it back.
 */
const removeStale = (path: string, stale: LockHolder | 'unreadable'): void => {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw notWritable(path, error)
  }
  const moved = parseLock(aside)
  const staleNonce = stale === 'unreadable' ? null : stale.nonce
  const movedNonce = typeof moved === 'string' ? null : moved.nonce
  try {
    if (movedNonce !== staleNonce) linkSync(aside, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw notWritable(path, error)
  } finally {
    rmSync(aside, { force: true })
  }
}

const release = (path: string, mine: LockHolder): void => {
  heldHere.delete(path)
  const found = parseLock(path)
  if (typeof found !== 'string' && found.nonce === mine.nonce) rmSync(path, { force: true })
}

const busy = (dataDir: string, pid: number | null): ConsoleError =>
  new ConsoleError(
    'busy',
    `Another Edgewise console${pid === null ? '' : ` (process ${pid})`} is using ${dataDir}.`,
    'Use that one, or stop it first.',
  )

const notWritable = (path: string, cause: unknown): ConsoleError =>
  new ConsoleError(
    'storage',
    `The console cannot write to ${path}.`,
    'Give it a folder that you may write to.',
    cause,
  )

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
