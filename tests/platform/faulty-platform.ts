import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { buildWorker } from '#dev/build/worker.ts'
import type { Faults } from '#dev/libsql/faults.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { type Edge, startEdge } from '#dev/platform/edge.ts'
import { ensureWorkspace } from '#dev/platform/tenants.ts'

export const WRITE_KEY = 'ewk_demo_writewritewritewritewrite'
export const SECRET_KEY = 'esk_demo_secretsecretsecretsecret'
const TOKEN = 'test-token-test-token-test-token-test'

export interface TestPlatform {
  edge: Edge
  /** Straight into the workspace's database. */
  store: Client
  stopStore(): Promise<void>
  startStore(): Promise<void>
  stop(): Promise<void>
}

export interface TestPlatformOptions {
  buckets?: number
  timezone?: string
  faults?: Faults
}

/** The real Worker bundle in workerd over a real store, in one test process, so that faults can be injected. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-test-'))
  const modules = await buildWorker()
  const open = (port: number) =>
    startLibsqlServer({ dir: join(dir, 'store'), port, token: TOKEN, faults: options.faults })
  let server: LibsqlServer | null = await open(0)
  const { url, port } = server
  await ensureWorkspace(url, TOKEN, {
    id: 'demo',
    name: 'Test workspace',
    timezone: options.timezone ?? 'Europe/Berlin',
    buckets: options.buckets ?? 2,
    keys: [
      { key: WRITE_KEY, kind: 'write', name: 'test' },
      { key: SECRET_KEY, kind: 'secret', name: 'test' },
    ],
  })
  const edge = await startEdge({
    modules,
    dir: join(dir, 'edge'),
    port: 0,
    sitePort: null,
    controlUrl: databaseUrl(url, 'control'),
    storeToken: TOKEN,
    signingSecret: 'test-secret-test-secret-test-secret-test',
  })
  const store = createClient({ url: databaseUrl(url, 'ws-demo'), authToken: TOKEN })
  return {
    edge,
    store,
    async stopStore() {
      await server?.stop()
      server = null
    },
    async startStore() {
      server = await open(port)
    },
    async stop() {
      await edge.stop()
      store.close()
      await server?.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
