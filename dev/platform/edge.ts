import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { BuiltWorker, WorkerModule } from '../build/worker.ts'
import { loadMiniflare } from './miniflare.ts'

const HOST = '127.0.0.1'

interface Ports {
  /** 0 for any free one. */
  port: number
  /** A second listener of the same Worker, for the site's own host name; null for none. */
  sitePort: number | null
}

export interface EdgeOptions extends Ports {
  worker: BuiltWorker
  /** Where Durable Objects, KV and the bucket keep their files. */
  dir: string
  controlUrl: string
  storeToken: string
  signingSecret: string
  /** Further variables of the Worker, such as where mail goes. */
  variables?: Record<string, string> | undefined
  sealingKeys: string
  /** Hears what the Worker logs, instead of this process's output. */
  onLog?: ((text: string) => void) | undefined
}

export interface Edge {
  url: string
  siteUrl: string | null
  /** Runs the scheduled handler, as the cron trigger does in production. */
  sweep(): Promise<void>
  /** Puts another build of the Worker in the place of the running one; data and ports stay. */
  reload(worker: BuiltWorker): Promise<void>
  /** What KV holds, by name. */
  kvKeys(): Promise<string[]>
  stop(): Promise<void>
}

/** The production bundle in workerd, with the bindings that wrangler.toml declares. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const configured = async ({ modules, bindings }: BuiltWorker, { port, sitePort }: Ports) => ({
    ...bindings,
    name: 'edgewise',
    modules: await Promise.all(modules.map(loaded)),
    bindings: Object.assign({}, bindings.bindings, {
      CONTROL_DB_URL: options.controlUrl,
      STORE_AUTH_TOKEN: options.storeToken,
      SIGNING_SECRET: options.signingSecret,
      ...options.variables,
      SEALING_KEYS: options.sealingKeys,
    }),
    host: HOST,
    port,
    unsafeDirectSockets: sitePort === null ? [] : [{ host: HOST, port: sitePort }],
    durableObjectsPersist: join(options.dir, 'objects'),
    kvPersist: join(options.dir, 'kv'),
    r2Persist: join(options.dir, 'models'),
    // Nothing is known of where a request comes from; `false` would be a placeholder in Texas.
    cf: {},
    ...(options.onLog ? { handleRuntimeStdio: logTo(options.onLog) } : {}),
  })
  const { Miniflare } = loadMiniflare()
  const first = await configured(options.worker, options)
  const listeners = signalListeners()
  const miniflare = new Miniflare(first)
  // At once: a signal while workerd comes up would end this process and leave the rest running.
  removeOtherListeners(listeners)
  let stopping: Promise<void> | null = null
  const stop = () => {
    stopping ??= miniflare.dispose()
    return stopping
  }
  const url = await miniflare.ready.then(
    ({ origin }) => origin,
    async (error: unknown) => {
      await stop()
      throw error
    },
  )
  const siteUrl = options.sitePort === null ? null : (await miniflare.unsafeGetDirectURL()).origin
  const ports: Ports = { port: portOf(url), sitePort: siteUrl === null ? null : portOf(siteUrl) }
  return {
    url,
    siteUrl,
    async sweep() {
      const worker = await miniflare.getWorker()
      await worker.scheduled({})
    },
    async reload(worker) {
      await miniflare.setOptions(await configured(worker, ports))
    },
    async kvKeys() {
      const kv = await miniflare.getKVNamespace('CONFIG')
      return (await kv.list()).keys.map(({ name }) => name)
    },
    stop,
  }
}

function logTo(onLog: (text: string) => void) {
  return (...streams: Readable[]) => {
    for (const stream of streams) stream.on('data', (chunk: Buffer) => onLog(String(chunk)))
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
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
