import { createHash } from 'node:crypto'
import type { PGlite } from '@electric-sql/pglite'
import { REPLICA_MIGRATIONS, type ReplicaMigration } from './migrations.ts'

const hashOf = (sql: string): string => createHash('sha256').update(sql).digest('hex')

/**
 * Brings the schema up to date, each step with its note in one transaction.
 *
 * @throws when the replica has run a step that is not (or not so) in the list: it was written by
 *   another build and cannot be trusted. The caller rebuilds it.
 */
export const migrateReplica = async (
  db: PGlite,
  migrations: readonly ReplicaMigration[] = REPLICA_MIGRATIONS,
): Promise<void> => {
  await db.exec(
    'create table if not exists migrations (id integer primary key, hash text not null)',
  )
  const { rows } = await db.query<{ id: number; hash: string }>(
    'select id, hash from migrations order by id',
  )
  for (const [index, applied] of rows.entries()) {
    const expected = migrations[index]
    if (expected?.id !== applied.id || hashOf(expected.sql) !== applied.hash) {
      throw new Error(`The replica's schema step ${applied.id} is not the one of this build.`)
    }
  }
  for (const step of migrations.slice(rows.length)) {
    await db.transaction(async (tx) => {
      await tx.exec(step.sql)
      await tx.query('insert into migrations (id, hash) values ($1, $2)', [
        step.id,
        hashOf(step.sql),
      ])
    })
  }
}
