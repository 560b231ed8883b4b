import { createHash } from 'node:crypto'
import { createClient } from '@libsql/client'
import { databaseUrl } from '#dev/libsql/server.ts'
import { withDatabase } from './damaged-database.ts'
import { migrate } from './migrate.ts'

export interface NewWorkspace {
  id: string
  name: string
  timezone: string
  buckets: number
  keys: { key: string; kind: 'write' | 'secret'; name: string }[]
}

const CONTROL = 'control'

/** The name of a workspace's database in the store of one machine. */
export const databaseOf = (workspaceId: string): string => `ws-${workspaceId}`

/**
 * The control database's schema, and one workspace with its own database, keys and schema.
 *
 * @throws DamagedDatabase
 */
export async function ensureWorkspace(
  storeUrl: string,
  token: string,
  workspace: NewWorkspace,
): Promise<void> {
  const name = databaseOf(workspace.id)
  const url = databaseUrl(storeUrl, name)
  const control = createClient({ url: databaseUrl(storeUrl, CONTROL), authToken: token })
  const own = createClient({ url, authToken: token })
  try {
    await withDatabase(CONTROL, () => migrate(control, 'control'))
    const schemaVersion = await withDatabase(name, () => migrate(own, 'workspace'))
    const now = Date.now()
    await control.batch(
      [
        {
          sql: `INSERT OR IGNORE INTO workspaces (id, name, timezone, region, buckets, created_at) VALUES (?, ?, ?, 'local', ?, ?)`,
          args: [workspace.id, workspace.name, workspace.timezone, workspace.buckets, now],
        },
        {
          // The port may be another one than last time.
          sql: `INSERT INTO databases (workspace_id, url, schema_version) VALUES (?, ?, ?)
                ON CONFLICT (workspace_id) DO UPDATE SET url = excluded.url, schema_version = excluded.schema_version`,
          args: [workspace.id, url, schemaVersion],
        },
        ...workspace.keys.map(({ key, kind, name }) => ({
          sql: 'INSERT OR IGNORE INTO api_keys (key_hash, workspace_id, kind, prefix, name, created_at) VALUES (?, ?, ?, ?, ?, ?)',
          args: [
            createHash('sha256').update(key).digest('hex'),
            workspace.id,
            kind,
            key.slice(0, 14),
            name,
            now,
          ],
        })),
      ],
      'write',
    )
  } finally {
    control.close()
    own.close()
  }
}

/**
 * Workspaces that were made on this machine: the store may have another port than last time, and the schema may
 * be newer. Databases elsewhere are left alone.
 *
 * @throws DamagedDatabase
 */
export async function ensureKnownWorkspaces(storeUrl: string, token: string): Promise<void> {
  const control = createClient({ url: databaseUrl(storeUrl, CONTROL), authToken: token })
  try {
    const { rows } = await control.execute('SELECT workspace_id, url FROM databases')
    for (const row of rows) {
      const id = String(row.workspace_id)
      if (new URL(String(row.url)).hostname !== new URL(storeUrl).hostname) continue
      const name = databaseOf(id)
      const url = databaseUrl(storeUrl, name)
      const own = createClient({ url, authToken: token })
      try {
        const version = await withDatabase(name, () => migrate(own, 'workspace'))
        await control.execute({
          sql: 'UPDATE databases SET url = ?, schema_version = ? WHERE workspace_id = ?',
          args: [url, version, id],
        })
      } finally {
        own.close()
      }
    }
  } finally {
    control.close()
  }
}

/** Serves a host's pages through the edge. */
export async function ensureSite(
  storeUrl: string,
  token: string,
  site: { host: string; workspaceId: string; origin: string },
): Promise<void> {
  const control = createClient({ url: databaseUrl(storeUrl, CONTROL), authToken: token })
  try {
    await control.batch(
      [
        { sql: 'DELETE FROM sites WHERE workspace_id = ?', args: [site.workspaceId] },
        {
          sql: 'INSERT OR REPLACE INTO sites (host, workspace_id, origin) VALUES (?, ?, ?)',
          args: [site.host, site.workspaceId, site.origin],
        },
      ],
      'write',
    )
  } finally {
    control.close()
  }
}
