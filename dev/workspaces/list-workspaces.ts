import type { Client } from '@libsql/client'

/** One line a workspace, and one for each of its sites. */
export async function listWorkspaces(control: Client): Promise<string[]> {
  const { rows } = await control.execute(
    `SELECT w.id, w.name, w.timezone, w.region, w.buckets, d.url, d.schema_version,
      (SELECT count(*) FROM memberships m WHERE m.workspace_id = w.id AND m.deactivated_at IS NULL) AS people
    FROM workspaces w JOIN databases d ON d.workspace_id = w.id ORDER BY w.id`,
  )
  if (rows.length === 0) return ['There is no workspace yet; see npm run workspace -- --help.']
  const sites = await control.execute('SELECT workspace_id, host, origin FROM sites ORDER BY host')
  return rows.flatMap((row) => [
    `${row.id}: ${row.name}, ${people(Number(row.people))}, ${row.timezone}, region ${row.region}, ${row.buckets} objects, schema ${row.schema_version}, ${row.url}`,
    ...sites.rows
      .filter((site) => site.workspace_id === row.id)
      .map((site) => `  ${site.host} from ${site.origin}`),
  ])
}

const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`)
