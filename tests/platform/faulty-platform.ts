import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { buildWorker } from '#dev/build/worker.ts'
import type { Faults } from '#dev/libsql/faults.ts'
import { databaseUrl, type LibsqlServer, startLibsqlServer } from '#dev/libsql/server.ts'
import { mailVariables } from '#dev/mailbox/mail-variables.ts'
import { startMailbox } from '#dev/mailbox/server.ts'
import { readMails, type StoredMail } from '#dev/mailbox/stored-mail.ts'
import { type Edge, startEdge } from '#dev/platform/edge.ts'
import { ensureSite, ensureWorkspace } from '#dev/platform/tenants.ts'
import type { EdgeTarget } from './edge-client.ts'
import { addTestPerson, type NewTestPerson, type TestPerson } from './test-person.ts'

export const WRITE_KEY = keyOf('ewk', 'demo')
export const SECRET_KEY = keyOf('esk', 'demo')
export const SEALING_KEYS = `test:${'A'.repeat(43)}`
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
  /** Straight into the control database. */
  control: Client
  /** The database files, one `<name>.db` each with its companions; copy them while the store is stopped. */
  storeDir: string
  /** Where the Worker's objects keep their SQLite files. */
  objectsDir: string
  /** What an operator's commands are told of this deployment. */
  operator: Record<'CONTROL_DB_URL' | 'STORE_AUTH_TOKEN' | 'PUBLIC_URL', string>
  /** Where a new database of that name is. */
  databaseUrl(name: string): string
  /** Changes the control database behind the edge's back. */
  inControl(sql: string, args: (string | number | null)[]): Promise<void>
  /** The mails that the edge has sent, newest first. */
  mails(): StoredMail[]
  /** Another tenant on the same platform, so that faults can be tried on many at once. */
  addWorkspace(id: string, timezone?: string): Promise<TestWorkspace>
  /** Somebody who works in a workspace, with a password and perhaps a second factor. */
  addPerson(person: NewTestPerson): Promise<TestPerson>
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
  /** Further variables of the Worker. */
  variables?: Record<string, string>
  /** Hears what the Worker logs. */
  onLog?: (text: string) => void
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
  const mailFile = join(dir, 'mailbox.jsonl')
  const mailbox = await startMailbox({ port: 0, file: mailFile, token: TOKEN })
  const openEdge = (port: number, sitePort: number | null) =>
    startEdge({
      worker,
      dir: join(dir, 'edge'),
      port,
      sitePort,
      controlUrl: databaseUrl(url, 'control'),
      storeToken: TOKEN,
      signingSecret: 'test-secret-test-secret-test-secret-test',
      variables: { ...mailVariables(mailbox.url, TOKEN), ...options.variables },
      sealingKeys: SEALING_KEYS,
      onLog: options.onLog,
    })
  let edge = await openEdge(0, options.siteOrigin ? 0 : null)
  if (options.siteOrigin && edge.siteUrl) {
    const { host } = new URL(edge.siteUrl)
    await ensureSite(url, TOKEN, { host, workspaceId: 'demo', origin: options.siteOrigin })
  }
  const clients: Client[] = []
  const connect = (id: string) => connectTo(`ws-${id}`)
  const connectTo = (database: string) => {
    const client = createClient({ url: databaseUrl(url, database), authToken: TOKEN })
    clients.push(client)
    return client
  }
  return {
    get edge() {
      return edge
    },
    store: connect('demo'),
    control: connectTo('control'),
    storeDir: join(dir, 'store'),
    objectsDir: join(dir, 'edge', 'objects'),
    operator: {
      CONTROL_DB_URL: databaseUrl(url, 'control'),
      STORE_AUTH_TOKEN: TOKEN,
      PUBLIC_URL: edge.url,
    },
    databaseUrl: (name) => databaseUrl(url, name),
    async inControl(sql, args) {
      const client = createClient({ url: databaseUrl(url, 'control'), authToken: TOKEN })
      await client.execute({ sql, args })
      client.close()
    },
    mails: () => readMails(mailFile),
    async addWorkspace(id, timezone = 'Europe/Berlin') {
      await provision(id, timezone)
      return {
        target: { edge: edge.url, writeKey: keyOf('ewk', id), secretKey: keyOf('esk', id) },
        store: connect(id),
      }
    },
    addPerson: (person) => addTestPerson({ storeUrl: url, token: TOKEN }, SEALING_KEYS, person),
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
      await mailbox.stop()
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
