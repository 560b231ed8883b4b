import { openAsBlob } from 'node:fs'
import { PGlite } from '@electric-sql/pglite'
import { PREPARED_DUMP } from './prepared-replica.ts'

/** A migrated, empty replica in memory. */
export const createMemoryReplica = async (): Promise<PGlite> =>
  PGlite.create({ loadDataDir: await openAsBlob(PREPARED_DUMP) })
