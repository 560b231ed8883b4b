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
  /** What KV holds, by name. */
  kvKeys(): Promise<string[]>
  stop(): Promise<void>
}

/** The production bundle in workerd, with the bindings that wrangler.toml declares. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(CONFIG)
  const modules = await Promise.all(
    options.modules.map(async ({ type, path }) => ({
      type,
      path: basename(path),
      contents:
        type === 'ESModule' || type === 'Text'
          ? await readFile(path, 'utf8')
          : await readFile(path),
    })),
  )
  const { modulesRules: _, rootPath: __, ...bindings } = workerOptions
  const listeners = signalListeners()
  const miniflare = new Miniflare({
    ...bindings,
    name: 'edgewise',
    modules,
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
    cf: false,
  })
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
    async kvKeys() {
      const kv = await miniflare.getKVNamespace('CONFIG')
      return (await kv.list()).keys.map(({ name }) => name)
    },
    stop,
  }
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
