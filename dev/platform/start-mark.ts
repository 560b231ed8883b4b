import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'

/** The environment variable by which every process of a start is known, whoever spawned it. */
export const MARK_VARIABLE = 'EDGEWISE_START'

export interface StartMark {
  /** What the marks of all starts on this data folder begin with. */
  folder: string
  /** The mark of this start alone. */
  start: string
}

/**
 * Names the folder by its inode and not by its path: a renamed folder is still the same, and a copy is
 * another, whose start must leave the original's processes alone.
 */
export function newStartMark(dir: string): StartMark {
  const { dev, ino } = statSync(dir, { bigint: true })
  const folder = `${dev}-${ino}/`
  return { folder, start: `${folder}${randomUUID()}` }
}
