import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { buildWorker } from '#dev/build/worker.ts'
import type { Faults } from '#dev/libsql/faults.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { type Edge, startEdge } from '#dev/platform/edge.ts'
import { ensureSite, ensureWorkspace } from '#dev/platform/tenants.ts'
import type { EdgeTarget } from './edge-client.ts'

export const WRITE_KEY = keyOf('ewk', 'demo')
export const SECRET_KEY = keyOf('esk', 'demo')
const TOKEN = 'test-token-test-token-test-token-test'

/** One tenant: what its clients need, and a way straight into its database. */
export interface TestWorkspace {
  target: EdgeTarget
  store: Client
}

export interface TestPlatform {
  readonly edge: Edge
  /** Straight into the workspace's database. */
  store: Client
  /** The database files, one `<name>.db` each with its companions; copy them while the store is stopped. */
  storeDir: string
  /** Where the Worker's objects keep their SQLite files. */
  objectsDir: string
  /** Another tenant on the same platform, so that faults can be tried on many at once. */
  addWorkspace(id: string, timezone?: string): Promise<TestWorkspace>
  /** A new Worker on the same ports and files: every isolate of it is cold. */
  restartEdge(): Promise<void>
  stopStore(): Promise<void>
  startStore(): Promise<void>
  stop(): Promise<void>
}

export interface TestPlatformOptions {
  buckets?: number
  timezone?: string
  faults?: Faults
  /** Where the pages of a site come from that the edge serves at its `siteUrl`. */
  siteOrigin?: string
}

/** The real Worker bundle in workerd over a real store, in one test process, so that faults can be injected. */
export async function startTestPlatform(options: TestPlatformOptions = {}): Promise<TestPlatform> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-test-'))
  const worker = await buildWorker()
  const open = (port: number) =>
    startLibsqlServer({ dir: join(dir, 'store'), port, token: TOKEN, faults: options.faults })
  let server: LibsqlServer | null = await open(0)
  const { url, port } = server
  const buckets = options.buckets ?? 2
  const provision = (id: string, timezone: string) =>
    ensureWorkspace(url, TOKEN, {
      id,
      name: 'Test workspace',
      timezone,
      buckets,
      keys: [
        { key: keyOf('ewk', id), kind: 'write', name: 'test' },
        { key: keyOf('esk', id), kind: 'secret', name: 'test' },
      ],
    })
  await provision('demo', options.timezone ?? 'Europe/Berlin')
  const openEdge = (port: number, sitePort: number | null) =>
    startEdge({
      worker,
      dir: join(dir, 'edge'),
      port,
      sitePort,
      controlUrl: databaseUrl(url, 'control'),
      storeToken: TOKEN,
      signingSecret: 'test-secret-test-secret-test-secret-test',
    })
  let edge = await openEdge(0, options.siteOrigin ? 0 : null)
  if (options.siteOrigin && edge.siteUrl) {
    const { host } = new URL(edge.siteUrl)
    await ensureSite(url, TOKEN, { host, workspaceId: 'demo', origin: options.siteOrigin })
  }
  const clients: Client[] = []
  const connect = (id: string) => {
    const client = createClient({ url: databaseUrl(url, `ws-${id}`), authToken: TOKEN })
    clients.push(client)
    return client
  }
  return {
    get edge() {
      return edge
    },
    store: connect('demo'),
    storeDir: join(dir, 'store'),
    objectsDir: join(dir, 'edge', 'objects'),
    async addWorkspace(id, timezone = 'Europe/Berlin') {
      await provision(id, timezone)
      return {
        target: { edge: edge.url, writeKey: keyOf('ewk', id), secretKey: keyOf('esk', id) },
        store: connect(id),
      }
    },
    async restartEdge() {
      const { url, siteUrl } = edge
      await edge.stop()
      edge = await openEdge(portOf(url), siteUrl ? portOf(siteUrl) : null)
    },
    async stopStore() {
      await server?.stop()
      server = null
    },
    async startStore() {
      server = await open(port)
    },
    async stop() {
      await edge.stop()
      for (const client of clients) client.close()
      await server?.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** The key's kind and workspace are part of it; the rest is each workspace's own, and long enough to be taken. */
function keyOf(kind: 'ewk' | 'esk', workspaceId: string): string {
  return `${kind}_${workspaceId}_${'test'.repeat(6)}${workspaceId}`
}
