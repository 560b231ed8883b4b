import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { migrate } from '#dev/platform/migrate.ts'
import type { Sealer } from '#edge/sealing/sealer.ts'
import { clientSecretOf, totpOf } from '#edge/sealing/sealing.fixture.ts'
import type { StoreClient } from '#edge/store/client.ts'

/** A control database in a file of its own, of the real engine and schema. */
export interface ControlDatabase {
  control: StoreClient
  remove(): Promise<void>
}

export async function controlDatabase(): Promise<ControlDatabase> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-control-'))
  const control = createClient({ url: `file:${join(dir, 'control.db')}`, intMode: 'number' })
  await migrate(control, 'control')
  return {
    control,
    async remove() {
      control.close()
      await rm(dir, { recursive: true })
    },
  }
}

export async function addWorkspace(control: StoreClient, id: string): Promise<void> {
  await control.execute({
    sql: `INSERT INTO workspaces (id, name, region, buckets, created_at) VALUES (?, 'Test', 'local', 1, 0)`,
    args: [id],
  })
}

/** A person with a second factor, sealed. */
export async function addTotp(
  control: StoreClient,
  sealer: Sealer,
  userId: string,
  secret: string,
): Promise<void> {
  const sealed = await sealer.seal(totpOf(userId), secret)
  await control.batch(
    [
      {
        sql: `INSERT INTO users (id, email, name, created_at) VALUES (?1, ?1 || '@example.com', 'Test', 0)`,
        args: [userId],
      },
      {
        sql: 'INSERT INTO totp_factors (user_id, sealed_secret, created_at) VALUES (?, ?, 0)',
        args: [userId, sealed],
      },
    ],
    'write',
  )
}

/** A workspace's connection to an identity provider, with its secret sealed. */
export async function addConnection(
  control: StoreClient,
  sealer: Sealer,
  workspaceId: string,
  id: string,
  secret: string,
): Promise<void> {
  const sealed = await sealer.seal(clientSecretOf(workspaceId, id), secret)
  await control.execute({
    sql: `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, sealed_client_secret, given_by_role,
            created_at)
          VALUES (?, ?, 'Test', 'https://idp.example.com', 'client', ?, 'owner', 0)`,
    args: [id, workspaceId, sealed],
  })
}
