import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { hasCode } from './has-code.ts'

/**
 * Makes a folder and those above it that are missing, for their owner alone. Level by level, because
 * Node's own recursive way never returns below a folder like /proc, which says that what is to be made
 * in it does not exist.
 *
 * @throws what the file system throws where the folder cannot be made or written
 */
export const makeFolder = (dir: string): void => {
  const missing: string[] = []
  let existing = resolve(dir)
  while (!exists(existing)) {
    missing.push(existing)
    existing = dirname(existing)
  }
  // The dot makes a file in the folder's place say ENOTDIR.
  accessSync(`${existing}/.`, constants.W_OK | constants.X_OK)
  for (const level of missing.toReversed()) makeLevel(level)
}

const exists = (path: string): boolean => {
  try {
    statSync(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return false
    throw error
  }
}

const makeLevel = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another one who starts at the same moment was faster.
    if (!hasCode(error, 'EEXIST')) throw error
  }
}
