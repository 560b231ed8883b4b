import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { ConsoleError } from '../console-error.ts'
import { migrateReplica } from './migrate.ts'
import { adoptFingerprint } from './state.ts'

/**
 * PGlite's minor version: another one may bring another major of Postgres, whose data directory the
 * old one cannot read. It is part of the path, so an upgrade pulls into a new directory.
 */
export const ENGINE_VERSION = '0.5'

const REPLICA_FOLDER = 'replica'

export type OpenedReplica = {
  db: PGlite
  /** Where an unusable replica was moved to before a new one was made; null normally. */
  movedAside: string | null
}

/**
 * Opens the replica under `<dataDir>/pgdata/<engine>/replica`, makes it if there is none, and brings
 * its schema up to date. One that cannot be opened is moved aside and begun anew: everything in it
 * comes back by pull. One that was pulled from another edge or with another key is emptied.
 *
 * Call only while holding the data lock.
 *
 * @throws ConsoleError `storage` when even a new one cannot be made.
 */
export const openReplica = async (options: {
  dataDir: string
  fingerprint: string
  now: number
}): Promise<OpenedReplica> => {
  const engines = join(options.dataDir, 'pgdata')
  const home = join(engines, ENGINE_VERSION)
  const folder = join(home, REPLICA_FOLDER)
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    removeOtherEngines(engines)
    const first = await tryOpen(folder, options.fingerprint)
    if (!(first instanceof Error)) return { db: first, movedAside: null }
    const movedAside = moveAside(home, folder, options.now)
    const second = await tryOpen(folder, options.fingerprint)
    if (second instanceof Error) throw second
    return { db: second, movedAside }
  } catch (error) {
    throw new ConsoleError(
      'storage',
      `The console cannot keep its data in ${options.dataDir}.`,
      'Check that the disk has room and that you may write there.',
      error,
    )
  }
}

const tryOpen = async (folder: string, fingerprint: string): Promise<PGlite | Error> => {
  let db: PGlite | null = null
  try {
    db = await PGlite.create({ dataDir: folder })
    await migrateReplica(db)
    await adoptFingerprint(db, fingerprint)
    return db
  } catch (error) {
    await db?.close().catch(() => {})
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** Keeps the last unusable replica for a look at it, and no more than one: they are large. */
const moveAside = (home: string, folder: string, now: number): string | null => {
  for (const name of readdirSync(home)) {
    if (name.startsWith(`${REPLICA_FOLDER}.unusable-`))
      rmSync(join(home, name), { recursive: true })
  }
  if (!existsSync(folder)) return null
  const aside = `${folder}.unusable-${now}`
  renameSync(folder, aside)
  return aside
}

const removeOtherEngines = (engines: string): void => {
  for (const name of readdirSync(engines)) {
    if (name !== ENGINE_VERSION) rmSync(join(engines, name), { recursive: true, force: true })
  }
}
