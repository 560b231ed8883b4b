import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { buildRenderer } from '#dev/build/renderer.ts'
import { databaseUrl } from '#dev/libsql/server.ts'
import { mailVariables } from '#dev/mailbox/mail-variables.ts'
import { startMailbox } from '#dev/mailbox/server.ts'
import { startSite } from '#dev/site/server.ts'
import { buildWorker } from '../build/worker.ts'
import { startChild } from './child.ts'
import { addOlderVisits, type DemoTarget, runDemoTraffic, seedDemo } from './demo.ts'
import { beginIdentityProvider, ensureDemoConnection } from './demo-identity-provider.ts'
import { startEdge } from './edge.ts'
import type { Home } from './home.ts'
import { endMarked } from './marked-processes.ts'
import { StartError, type StartOptions } from './options.ts'
import { claimPort } from './ports.ts'
import { reloadOnChange } from './reload.ts'
import { startGuardian } from './start-guardian.ts'
import { MARK_VARIABLE } from './start-mark.ts'
import { DEMO_WORKSPACE } from './state.ts'
import { stopAll } from './stop-all.ts'
import { ensureSite } from './tenants.ts'
import { ensureWorkspaces } from './workspaces.ts'

const SWEEP_EVERY_MS = 60_000
/** A killed process is gone in milliseconds, unless the disk keeps it. */
const END_PATIENCE_MS = 10_000

const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface Addresses {
  edge: string
  store: string
  site: string | null
  console: string | null
  mailbox: string
  /** The demo's, for signing in with a company. */
  identityProvider: string | null
}

export interface Platform {
  addresses: Addresses
  stop(): Promise<void>
}

type Step = (what: string) => void
type Stops = (() => Promise<unknown>)[]

/**
 * Brings everything up in order: store, schema, edge, demo site, console, demo data. What was started
 * is stopped again when a later part fails, or when the signal comes first.
 *
 * @throws the signal's reason after it was aborted; nothing runs any more then
 */
export async function startPlatform(
  options: StartOptions,
  home: Home,
  step: Step,
  signal: AbortSignal,
): Promise<Platform> {
  const stops: Stops = []
  try {
    const next = (what: string) => {
      signal.throwIfAborted()
      step(what)
    }
    const addresses = await bringUp(options, home, next, stops, signal)
    signal.throwIfAborted()
    return { addresses, stop: () => stopAll(stops) }
  } catch (error) {
    await stopAll(stops)
    throw error
  }
}

async function bringUp(
  options: StartOptions,
  home: Home,
  step: Step,
  stops: Stops,
  signal: AbortSignal,
): Promise<Addresses> {
  const { state, folders } = home
  await endLeftovers(home)
  const ports = await claimPorts(options)
  process.env[MARK_VARIABLE] = home.mark.start
  stops.push(startGuardian(home.mark.start))
  // Last of all: what went wrong while stopping must not keep files open behind a released lock.
  stops.push(() => endMarked(home.mark.start, END_PATIENCE_MS))

  const provider = options.demo
    ? beginIdentityProvider(ports.identityProvider, state.demoPassword, signal)
    : null
  if (provider) stops.push(provider.stop)

  step('Building the Worker')
  const worker = await buildWorker()

  step('Starting the store')
  const store = await startChild(
    'The store',
    script('dev/libsql/main.ts'),
    ['--dir', folders.store],
    { LIBSQL_TOKEN: state.storeToken },
    signal,
  )
  stops.push(store.stop)
  await ensureWorkspaces(store.url, home)

  step('Starting the mailbox')
  const mailToken = randomBytes(32).toString('hex')
  const mailbox = await startMailbox({
    port: ports.mailbox,
    file: home.mailboxFile,
    token: mailToken,
  })
  stops.push(mailbox.stop)

  const identityProvider = provider ? await provider.issuer : null
  if (identityProvider) await ensureDemoConnection(store.url, state.storeToken, identityProvider)

  step('Starting the edge')
  const edge = await startEdge({
    worker,
    dir: folders.edge,
    port: ports.edge,
    sitePort: options.demo ? ports.site : null,
    controlUrl: databaseUrl(store.url, 'control'),
    storeToken: state.storeToken,
    signingSecret: state.signingSecret,
    variables: {
      ...mailVariables(mailbox.url, mailToken),
      ...(identityProvider ? { OUTBOUND_ALLOWED_ORIGINS: identityProvider } : {}),
    },
    sealingKeys: state.sealingKeys,
  })
  stops.push(edge.stop)
  if (options.watch) stops.push(reloadOnChange(edge, step).stop)
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
    await startDemo(
      home,
      options.historyDays,
      { edge: edge.url, site: edge.siteUrl, ...state },
      step,
      stops,
      signal,
    )
  }

  let consoleUrl: string | null = null
  if (options.console) {
    step('Starting the console')
    await buildRenderer()
    const args = [
      '--data-dir',
      folders.console,
      '--edge',
      // Passkeys need a host name, and what the console is told is where people sign in.
      edge.url.replace('127.0.0.1', 'localhost'),
      '--port',
      String(ports.console),
    ]
    const backend = await startChild(
      'The console',
      script('desktop/backend/main.ts'),
      args,
      {},
      signal,
    )
    stops.push(backend.stop)
    consoleUrl = backend.url
  }
  await provider?.ready
  return {
    edge: edge.url,
    store: store.url,
    site: edge.siteUrl,
    console: consoleUrl,
    mailbox: mailbox.url,
    identityProvider,
  }
}

async function startDemo(
  home: Home,
  historyDays: number,
  target: DemoTarget,
  step: Step,
  stops: Stops,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController()
  const ended = AbortSignal.any([ending.signal, signal])
  if (!home.state.demoSeeded) {
    step('Adding demo data (30 days of visits)')
    await seedDemo(target, ended)
    home.save({ ...home.state, demoSeeded: true })
  }
  if (historyDays > home.state.demoHistoryDays) {
    step(`Adding older visits (back to ${historyDays} days ago)`)
    await addOlderVisits(target, historyDays, ended)
    if (!ended.aborted) home.save({ ...home.state, demoHistoryDays: historyDays })
  }
  const traffic = runDemoTraffic(target, ended)
  stops.push(async () => {
    ending.abort()
    await traffic
  })
}

async function claimPorts({ port }: StartOptions): Promise<{
  edge: number
  site: number
  console: number
  mailbox: number
  identityProvider: number
}> {
  const next = (offset: number) => (port === 0 ? 0 : port + offset)
  return {
    edge: await claimPort(next(0), 'the edge'),
    site: await claimPort(next(1), 'the demo site'),
    console: await claimPort(next(2), 'the console'),
    mailbox: await claimPort(next(3), 'the mailbox'),
    identityProvider: await claimPort(next(4), 'the identity provider'),
  }
}

/**
 * Processes of a start that was killed together with its guardian. Whatever of it still runs has the
 * databases open, and two edges over one object storage would each take turns that the other misses.
 */
async function endLeftovers({ dir, mark }: Home): Promise<void> {
  const pids = await endMarked(mark.folder, END_PATIENCE_MS)
  if (pids.length === 0) return
  throw new StartError(
    `An earlier start on ${dir} was killed, and its processes ${pids.join(', ')} do not end; end them first.`,
  )
}
