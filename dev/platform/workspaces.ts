import { join } from 'node:path'
import { DamagedDatabase } from './damaged-database.ts'
import type { Home } from './home.ts'
import { StartError } from './options.ts'
import { ensurePerson } from './people.ts'
import { DEMO_EMAIL, DEMO_WORKSPACE } from './state.ts'
import { ensureKnownWorkspaces, ensureWorkspace } from './tenants.ts'

/** One disk, one writer: two objects keep both cores busy, more only take turns. */
const DEMO_BUCKETS = 2

/**
 * The workspace of `npm start`, with the keys of the data folder, and those that were made beside it.
 *
 * @throws StartError naming the file of a database that is damaged
 */
export async function ensureWorkspaces(
  storeUrl: string,
  { dir, folders, state }: Home,
): Promise<void> {
  try {
    await ensureWorkspace(storeUrl, state.storeToken, {
      id: DEMO_WORKSPACE,
      name: 'Demo workspace',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      buckets: DEMO_BUCKETS,
      keys: [
        { key: state.writeKey, kind: 'write', name: 'Demo site' },
        { key: state.secretKey, kind: 'secret', name: 'Demo secret key' },
      ],
    })
    await ensurePerson(storeUrl, state.storeToken, {
      id: 'usr_demo',
      email: DEMO_EMAIL,
      name: 'Demo Owner',
      password: state.demoPassword,
      workspaceId: DEMO_WORKSPACE,
      role: 'owner',
    })
    await ensureKnownWorkspaces(storeUrl, state.storeToken)
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    const file = join(folders.store, `${error.database}.db`)
    throw new StartError(
      `The database ${file} is damaged (${error.code}); restore ${dir} from a backup, or remove it to start anew.`,
    )
  }
}
