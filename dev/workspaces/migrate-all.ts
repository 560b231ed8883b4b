import { type Client, createClient } from '@libsql/client'
import { migrate } from '#dev/platform/migrate.ts'

/**
 * Brings the control database and the databases of all workspaces to the newest schema. One that fails does
 * not keep the others from it.
 *
 * @param tell hears of each database, in a sentence
 * @returns whether all are there
 */
export async function migrateAll(
  control: Client,
  authToken: string,
  tell: (sentence: string) => void,
): Promise<boolean> {
  tell(`control: at version ${await migrate(control, 'control')}.`)
  const { rows } = await control.execute('SELECT workspace_id, url FROM databases ORDER BY 1')
  let isWhole = true
  for (const row of rows) {
    const id = String(row.workspace_id)
    const own = createClient({ url: String(row.url), authToken })
    try {
      const version = await migrate(own, 'workspace')
      await control.execute({
        sql: 'UPDATE databases SET schema_version = ? WHERE workspace_id = ?',
        args: [version, id],
      })
      tell(`${id}: at version ${version}.`)
    } catch (error) {
      isWhole = false
      const reason = error instanceof Error ? error.message : String(error)
      tell(`${id}: failed (${reason}). Its events wait; mend it and run migrate again.`)
    } finally {
      own.close()
    }
  }
  return isWhole
}
