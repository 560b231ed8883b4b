import { chmodSync, statSync } from 'node:fs'
import { makeFolder } from '#backend/lock/make-folder.ts'

const OTHERS = 0o077

/** A folder that only its owner enters; one of ours that was made otherwise is put right. */
export function makePrivateFolder(path: string): void {
  makeFolder(path)
  closeToOthers(path)
}

/** Takes a folder's permissions from everybody else, if it belongs to this user. */
export function closeToOthers(path: string): void {
  const { uid, mode } = statSync(path)
  if (uid === process.getuid?.() && (mode & OTHERS) !== 0) chmodSync(path, 0o700)
}
