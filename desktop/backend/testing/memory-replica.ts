import { PGlite } from '@electric-sql/pglite'
import { migrateReplica } from '../replica/migrate.ts'
import { adoptFingerprint } from '../replica/state.ts'

let prepared: Promise<Blob> | null = null

/** A migrated replica in memory. The first one of a test file makes a copy for the others. */
export const createMemoryReplica = async (): Promise<PGlite> => {
  prepared ??= prepare()
  return PGlite.create({ loadDataDir: await prepared })
}

const prepare = async (): Promise<Blob> => {
  const db = await PGlite.create()
  await migrateReplica(db)
  await adoptFingerprint(db, 'fixture')
  const dump = await db.dumpDataDir('none')
  await db.close()
  return dump
}
