import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { unstable_getMiniflareWorkerOptions } from 'wrangler'
import type { WorkerModule } from '../build/worker.ts'

const CONFIG = fileURLToPath(new URL('../../wrangler.toml', import.meta.url))
const HOST = '127.0.0.1'

export interface EdgeOptions {
  modules: readonly WorkerModule[]
  /** Where Durable Objects and KV keep their files. */
  dir: string
  port: number
  /** A second listener of the same Worker, for the site's own host name; null for none. */
  sitePort: number | null
  controlUrl: string
  storeToken: string
  signingSecret: string
}

export interface Edge {
  url: string
  siteUrl: string | null
  /** Runs the scheduled handler, as the cron trigger does in production. */
  sweep(): Promise<void>
  /** Puts another build of the Worker in the place of the running one; data and ports stay. */
  reload(modules: readonly WorkerModule[]): Promise<void>
  /** What KV holds, by name. */
  kvKeys(): Promise<string[]>
  stop(): Promise<void>
}

/** The production bundle in workerd, with the bindings that wrangler.toml declares. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(CONFIG)
  const { modulesRules: _, rootPath: __, ...bindings } = workerOptions
  const configured = async (modules: readonly WorkerModule[]) => ({
    ...bindings,
    name: 'edgewise',
    modules: await Promise.all(modules.map(loaded)),
    bindings: Object.assign({}, bindings.bindings, {
      CONTROL_DB_URL: options.controlUrl,
      STORE_AUTH_TOKEN: options.storeToken,
      SIGNING_SECRET: options.signingSecret,
    }),
    host: HOST,
    port: options.port,
    unsafeDirectSockets: options.sitePort === null ? [] : [{ host: HOST, port: options.sitePort }],
    durableObjectsPersist: join(options.dir, 'objects'),
    kvPersist: join(options.dir, 'kv'),
    // Nothing is known of where a request comes from; `false` would be a placeholder in Texas.
    cf: {},
  })
  const first = await configured(options.modules)
  const listeners = signalListeners()
  const miniflare = new Miniflare(first)
  // At once: a signal while workerd comes up would end this process and leave the rest running.
  removeOtherListeners(listeners)
  const stop = () => miniflare.dispose()
  const url = await miniflare.ready.then(
    ({ origin }) => origin,
    async (error: unknown) => {
      await stop()
      throw error
    },
  )
  return {
    url,
    siteUrl: options.sitePort === null ? null : (await miniflare.unsafeGetDirectURL()).origin,
    async sweep() {
      const worker = await miniflare.getWorker()
      await worker.scheduled({})
    },
    async reload(modules) {
      await miniflare.setOptions(await configured(modules))
    },
    async kvKeys() {
      const kv = await miniflare.getKVNamespace('CONFIG')
      return (await kv.list()).keys.map(({ name }) => name)
    },
    stop,
  }
}

async function loaded({ type, path }: WorkerModule) {
  const isText = type === 'ESModule' || type === 'Text'
  const contents = isText ? await readFile(path, 'utf8') : await readFile(path)
  return { type, path: basename(path), contents }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function signalListeners(): Set<unknown> {
  return new Set(SIGNALS.flatMap((signal) => process.listeners(signal)))
}

/** Miniflare ends the process by itself at a signal; here the order of stopping is ours. */
function removeOtherListeners(own: ReadonlySet<unknown>): void {
  for (const signal of SIGNALS) {
    for (const listener of process.listeners(signal)) {
      if (!own.has(listener)) process.off(signal, listener)
    }
  }
}
