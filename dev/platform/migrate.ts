import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, LibsqlError } from '@libsql/client'

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url).href)

interface Migration {
  kind: 'control' | 'workspace'
  name: string
  hash: string
  sql: string
}

/**
 * Brings a database to the newest schema; any number may do so at once. Migrations are append-only: one
 * that was applied and has changed since stops everything, because then nobody knows what the database
 * looks like.
 *
 * @returns the number of the schema's newest migration
 */
export async function migrate(client: Client, kind: Migration['kind']): Promise<number> {
  await client.execute(
    'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at INTEGER NOT NULL)',
  )
  const { rows } = await client.execute('SELECT name, hash FROM schema_migrations')
  const applied = new Map(rows.map((row) => [String(row.name), String(row.hash)]))
  const names = (await readdir(join(MIGRATIONS, kind)))
    .filter((name) => name.endsWith('.sql'))
    .sort()
  for (const name of names) {
    const sql = await readFile(join(MIGRATIONS, kind, name), 'utf8')
    const hash = createHash('sha256').update(sql).digest('hex')
    const migration = { kind, name, hash, sql }
    if (!isApplied(migration, applied.get(name))) await applyAtLast(client, migration)
  }
  return names.length
}

/** @throws when it was applied with another content */
function isApplied({ kind, name, hash }: Migration, before: string | undefined): boolean {
  if (before !== undefined && before !== hash) {
    throw new Error(
      `Migration ${kind}/${name} was changed after it had been applied; add a new one instead.`,
    )
  }
  return before === hash
}

const MOST_TRIES = 3

/** The store ends a transaction whose process stood still for too long; nothing of it is kept then. */
async function applyAtLast(client: Client, migration: Migration): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return await apply(client, migration)
    } catch (error) {
      const stoodStill = error instanceof LibsqlError && error.code === 'STREAM_EXPIRED'
      if (!stoodStill || tried === MOST_TRIES) throw error
    }
  }
}

async function apply(client: Client, migration: Migration): Promise<void> {
  const { name, hash, sql } = migration
  const transaction = await client.transaction('write')
  try {
    // Somebody else may have applied it while this one waited for its turn to write.
    const { rows } = await transaction.execute({
      sql: 'SELECT hash FROM schema_migrations WHERE name = ?',
      args: [name],
    })
    const before = rows[0] && String(rows[0].hash)
    if (isApplied(migration, before)) return
    await transaction.executeMultiple(sql)
    await transaction.execute({
      sql: 'INSERT INTO schema_migrations (name, hash, applied_at) VALUES (?, ?, ?)',
      args: [name, hash, Date.now()],
    })
    await transaction.commit()
  } finally {
    transaction.close()
  }
}
