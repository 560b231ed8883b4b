import { ConsoleError } from '../console-error.ts'
import { type LockAttempt, takeFolderLock } from './folder-lock.ts'

const LOCK_FILE = 'console.lock'

export type DataLock = { release(): void }

/**
 * Takes the data folder for this console. PGlite opens a directory that another process is writing
 * to without complaint, and rows acknowledged to either are lost, so the lock is ours: a file beside
 * the database.
 *
 * @throws ConsoleError `busy`, naming the other process, or `storage` where the folder is not
 *   writable.
 */
export const acquireDataLock = async (dataDir: string): Promise<DataLock> => {
  const attempt = await attemptIn(dataDir)
  if (attempt.kind === 'busy') throw busy(dataDir, attempt.pid)
  return attempt
}

const attemptIn = async (dataDir: string): Promise<LockAttempt> => {
  try {
    return await takeFolderLock(dataDir, LOCK_FILE)
  } catch (error) {
    throw notWritable(dataDir, error)
  }
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
