import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildRenderer } from '#dev/build/renderer.ts'
import { databaseUrl } from '#dev/libsql/server.ts'
import { startSite } from '#dev/site/server.ts'
import { buildWorker } from '../build/worker.ts'
import { startChild } from './child.ts'
import { type DemoTarget, runDemoTraffic, seedDemo } from './demo.ts'
import { startEdge } from './edge.ts'
import { childPids, startGuardian } from './guarded-children.ts'
import { DEMO_WORKSPACE, type Home } from './home.ts'
import type { StartOptions } from './options.ts'
import { claimPort } from './ports.ts'
import { reloadOnChange } from './reload.ts'
import { ensureSite, ensureWorkspace } from './tenants.ts'

/** One disk, one writer: two objects keep both cores busy, more only take turns. */
const DEMO_BUCKETS = 2
const SWEEP_EVERY_MS = 60_000

const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface Addresses {
  edge: string
  store: string
  site: string | null
  console: string | null
}

export interface Platform {
  addresses: Addresses
  stop(): Promise<void>
}

type Step = (what: string) => void

/**
 * Brings everything up in order: store, schema, edge, demo site, console, demo data. What was started
 * is stopped again when a later part fails.
 */
export async function startPlatform(
  options: StartOptions,
  home: Home,
  step: Step,
): Promise<Platform> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const undo of stops.toReversed()) await undo()
  }
  try {
    const addresses = await bringUp(options, home, step, stops)
    return { addresses, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function bringUp(
  options: StartOptions,
  home: Home,
  step: Step,
  stops: (() => Promise<void>)[],
): Promise<Addresses> {
  const { state } = home
  killLeftovers(home.leftovers)
  const ports = await claimPorts(options)
  const guard = startGuardian()
  stops.push(async () => guard.release())
  const watch = () => {
    const pids = childPids()
    guard.watch(pids)
    home.writeChildren(pids)
  }

  step('Building the Worker')
  const modules = await buildWorker()

  step('Starting the store')
  const store = await startChild(
    'The store',
    script('dev/libsql/main.ts'),
    ['--dir', join(home.dir, 'store')],
    {
      LIBSQL_TOKEN: state.storeToken,
    },
  )
  stops.push(store.stop)
  watch()
  await ensureWorkspace(store.url, state.storeToken, {
    id: DEMO_WORKSPACE,
    name: 'Demo workspace',
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    buckets: DEMO_BUCKETS,
    keys: [
      { key: state.writeKey, kind: 'write', name: 'Demo site' },
      { key: state.secretKey, kind: 'secret', name: 'Console on this machine' },
    ],
  })

  step('Starting the edge')
  const edge = await startEdge({
    modules,
    dir: join(home.dir, 'edge'),
    port: ports.edge,
    sitePort: options.demo ? ports.site : null,
    controlUrl: databaseUrl(store.url, 'control'),
    storeToken: state.storeToken,
    signingSecret: state.signingSecret,
  })
  stops.push(edge.stop)
  watch()
  if (options.watch) stops.push(reloadOnChange(edge, step, watch).stop)
  const sweeping = setInterval(() => void edge.sweep().catch(() => undefined), SWEEP_EVERY_MS)
  stops.push(async () => clearInterval(sweeping))

  if (options.demo && edge.siteUrl) {
    step('Starting the demo site')
    const origin = await startSite({ port: 0, writeKey: state.writeKey })
    stops.push(origin.stop)
    const host = new URL(edge.siteUrl).host
    await ensureSite(store.url, state.storeToken, {
      host,
      workspaceId: DEMO_WORKSPACE,
      origin: origin.url,
    })
    await startDemo(home, { edge: edge.url, site: edge.siteUrl, ...state }, step, stops)
  }

  let consoleUrl: string | null = null
  if (options.console) {
    step('Starting the console')
    await buildRenderer()
    const args = [
      '--data-dir',
      join(home.dir, 'console'),
      '--edge',
      edge.url,
      '--port',
      String(ports.console),
    ]
    const backend = await startChild('The console', script('desktop/backend/main.ts'), args, {
      EDGEWISE_SECRET_KEY: state.secretKey,
    })
    stops.push(backend.stop)
    consoleUrl = backend.url
    watch()
  }
  return { edge: edge.url, store: store.url, site: edge.siteUrl, console: consoleUrl }
}

async function startDemo(
  home: Home,
  target: DemoTarget,
  step: Step,
  stops: (() => Promise<void>)[],
): Promise<void> {
  const ending = new AbortController()
  if (!home.state.demoSeeded) {
    step('Adding demo data (30 days of visits)')
    await seedDemo(target, ending.signal)
    home.save({ ...home.state, demoSeeded: true })
  }
  const traffic = runDemoTraffic(target, ending.signal)
  stops.push(async () => {
    ending.abort()
    await traffic
  })
}

async function claimPorts({
  port,
}: StartOptions): Promise<{ edge: number; site: number; console: number }> {
  const next = (offset: number) => (port === 0 ? 0 : port + offset)
  return {
    edge: await claimPort(next(0), 'the edge'),
    site: await claimPort(next(1), 'the demo site'),
    console: await claimPort(next(2), 'the console'),
  }
}

/** Children of a start that was killed, whom not even its guardian could end. */
function killLeftovers(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Ended with their parent, as they should.
    }
  }
}
