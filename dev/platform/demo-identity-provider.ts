import { fileURLToPath } from 'node:url'
import { createClient } from '@libsql/client'
import { DEMO_CLIENT, DEMO_DOMAIN, IDENTITY_PROVIDER_HOST } from '#dev/identity-provider/people.ts'
import { databaseUrl } from '#dev/libsql/server.ts'
import { startChild } from './child.ts'
import { DEMO_WORKSPACE } from './state.ts'

const SCRIPT = fileURLToPath(new URL('../identity-provider/main.ts', import.meta.url))
const CONNECTION = 'sso_demo'

export interface BeginningProvider {
  /** Known before it answers there, unless its port may be any. */
  issuer: Promise<string>
  /** Resolves when it answers. */
  ready: Promise<unknown>
  stop(): Promise<void>
}

/** Begins to start the demo's identity provider, a process of its own that comes up beside everything else. */
export function beginIdentityProvider(
  port: number,
  password: string,
  signal: AbortSignal,
): BeginningProvider {
  const args = ['--port', String(port)]
  const environment = { DEMO_PASSWORD: password }
  const child = startChild('The identity provider', SCRIPT, args, environment, signal)
  const issuer =
    port === 0
      ? child.then(({ url }) => url)
      : Promise.resolve(`http://${IDENTITY_PROVIDER_HOST}:${port}`)
  // Whoever waits for it hears of it; nobody may wait any more when the start failed elsewhere.
  for (const waiting of [child, issuer]) waiting.catch(() => undefined)
  return {
    issuer,
    ready: child,
    stop: async () => {
      const started = await child.catch(() => null)
      await started?.stop()
    },
  }
}

/** The demo workspace's connection to it. The domain is nobody's, so that nobody has to prove it. */
export async function ensureDemoConnection(
  storeUrl: string,
  token: string,
  issuer: string,
): Promise<void> {
  const control = createClient({ url: databaseUrl(storeUrl, 'control'), authToken: token })
  const roleMap = [
    { value: 'it', role: 'admin' },
    { value: 'marketing', role: 'marketer' },
  ]
  const now = Date.now()
  try {
    await control.batch(
      [
        {
          // The port may be another one than last time.
          sql: `INSERT INTO sso_connections (id, workspace_id, name, issuer, client_id, role_claim, role_map,
              given_by_role, created_at) VALUES (?, ?, 'Company (demo)', ?, ?, 'groups', ?, 'owner', ?)
            ON CONFLICT (id) DO UPDATE SET issuer = excluded.issuer`,
          args: [CONNECTION, DEMO_WORKSPACE, issuer, DEMO_CLIENT, JSON.stringify(roleMap), now],
        },
        {
          sql: `INSERT OR IGNORE INTO sso_domains (connection_id, domain, verification_token, verified_at)
            VALUES (?, ?, 'demo', ?)`,
          args: [CONNECTION, DEMO_DOMAIN, now],
        },
      ],
      'write',
    )
  } finally {
    control.close()
  }
}
