import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { REPLICA_MIGRATIONS } from '../replica/migrations.ts'
import { openReplica } from '../replica/open.ts'

const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url))
const ENGINE = createRequire(import.meta.url).resolve('@electric-sql/pglite')

/** Another engine or another schema is another replica. */
const key = createHash('sha256')
  .update(
    String(JSON.parse(readFileSync(join(dirname(ENGINE), '../package.json'), 'utf8')).version),
  )
  .update(JSON.stringify(REPLICA_MIGRATIONS))
  .digest('hex')
  .slice(0, 16)

const HOME = join(CACHE, `prepared-replica-${key}`)

/** A data folder of a console with an empty replica: copy it. */
export const PREPARED_DATA = join(HOME, 'data')
/** The same replica as PGlite's `loadDataDir` takes it. */
export const PREPARED_DUMP = join(HOME, 'dump.tar')

/**
 * Vitest's global setup. Making a replica takes seconds of a core and copying one does not, so it is
 * made once for a checkout.
 */
export default async function prepareReplica(): Promise<void> {
  if (existsSync(HOME)) return
  mkdirSync(CACHE, { recursive: true })
  const staging = mkdtempSync(join(CACHE, 'preparing-replica-'))
  const dataDir = join(staging, 'data')
  const { db } = await openReplica({ dataDir, fingerprint: 'prepared', now: Date.now() })
  const dump = await db.dumpDataDir('none')
  await db.close()
  await writeFile(join(staging, 'dump.tar'), Buffer.from(await dump.arrayBuffer()))
  try {
    renameSync(staging, HOME)
  } catch (error) {
    // Another run was faster.
    rmSync(staging, { recursive: true })
    if (!existsSync(HOME)) throw error
  }
}
