import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Client, createClient } from '@libsql/client'
import { Miniflare } from 'miniflare'
import { buildWorker } from '#dev/build/worker.ts'
import { databaseUrl } from '#dev/libsql/server.ts'
import { startChild } from '#dev/platform/child.ts'
import { startEdge } from '#dev/platform/edge.ts'
import { ensureWorkspace } from '#dev/platform/tenants.ts'

export const WRITE_KEY = 'ewk_bench_writewritewritewritewrite'
export const SECRET_KEY = 'esk_bench_secretsecretsecretsecret'
const TOKEN = 'bench-token-bench-token-bench-token-bench'
const MAIN = fileURLToPath(new URL('../../dev/libsql/main.ts', import.meta.url))

export interface BenchPlatform {
  edge: string
  store: Client
  /** Another, empty database of the same server with the same schema. */
  emptyStore(): Promise<Client>
  stop(): Promise<void>
}

/** Edge and store as `npm start` runs them: two processes beside this one. */
export async function startBenchPlatform(buckets: number): Promise<BenchPlatform> {
  const dir = await mkdtemp(join(tmpdir(), 'edgewise-bench-'))
  const server = await startChild('The store', MAIN, ['--dir', join(dir, 'store')], {
    LIBSQL_TOKEN: TOKEN,
  })
  const workspace = (id: string) =>
    ensureWorkspace(server.url, TOKEN, {
      id,
      name: 'Benchmark',
      timezone: 'Europe/Berlin',
      buckets,
      keys: [
        { key: WRITE_KEY, kind: 'write', name: 'bench' },
        { key: SECRET_KEY, kind: 'secret', name: 'bench' },
      ],
    })
  await workspace('bench')
  const edge = await startEdge({
    worker: await buildWorker(),
    dir: join(dir, 'edge'),
    port: 0,
    sitePort: null,
    controlUrl: databaseUrl(server.url, 'control'),
    storeToken: TOKEN,
    signingSecret: 'bench-secret-bench-secret-bench-secret',
    sealingKeys: `bench:${'A'.repeat(43)}`,
  })
  const open = (name: string) =>
    createClient({ url: databaseUrl(server.url, name), authToken: TOKEN })
  return {
    edge: edge.url,
    store: open('ws-bench'),
    async emptyStore() {
      await workspace('alone')
      return open('ws-alone')
    },
    async stop() {
      await edge.stop()
      await server.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

const HELLO = `export default { async fetch(request) { await request.arrayBuffer(); return new Response('{"success":true}', { headers: { 'content-type': 'application/json' } }) } }`

/** The peer: a Worker that reads its body and says yes, through the same Miniflare. */
export async function startHello(): Promise<{ url: string; stop(): Promise<void> }> {
  const miniflare = new Miniflare({
    name: 'hello',
    modules: [{ type: 'ESModule', path: 'hello.js', contents: HELLO }],
    compatibilityDate: '2026-07-30',
    host: '127.0.0.1',
    port: 0,
    cf: false,
  })
  const url = (await miniflare.ready).origin
  return { url, stop: () => miniflare.dispose() }
}
