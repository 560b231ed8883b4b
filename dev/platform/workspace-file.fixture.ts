import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { migrate } from './migrate.ts'

/** A workspace's database of a test's own, with the real schema, in a folder that goes with it. */
export interface WorkspaceFile {
  store: Client
  remove(): Promise<void>
}

export async function workspaceFile(): Promise<WorkspaceFile> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-workspace-'))
  const store = createClient({ url: `file:${join(dir, 'workspace.db')}` })
  await migrate(store, 'workspace')
  return {
    store,
    async remove() {
      store.close()
      await rm(dir, { recursive: true })
    },
  }
}
