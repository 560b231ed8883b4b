import { once } from 'node:events'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { banner } from './platform/banner.ts'
import { type Home, openHome } from './platform/home.ts'
import { HELP, parseOptions, StartError, type StartOptions } from './platform/options.ts'
import { DEMO_EMAIL } from './platform/state.ts'

/** Compiled code outlives a process, as its source does: half a second of every start but the first. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    console.log(HELP)
    return
  }
  const stopping = stopSignal()
  const home = await openHome(options.home)
  try {
    await runUntil(stopping, options, home)
  } catch (error) {
    // What fails after that was told to end.
    if (!stopping.aborted) throw error
  } finally {
    home.release()
  }
}

/** Comes up, stays up, and returns only when nothing of it runs any more. */
async function runUntil(stopping: AbortSignal, options: StartOptions, home: Home): Promise<void> {
  enableCompileCache(COMPILED)
  // The processes that this one starts look there.
  process.env.NODE_COMPILE_CACHE ??= COMPILED
  // Loaded only now: help and refusals should not wait for the whole toolchain.
  const { startPlatform } = await import('./platform/platform.ts')
  const step = (what: string) => console.log(`  ${what} …`)
  const platform = await startPlatform(options, home, step, stopping)
  const { writeKey, secretKey, demoPassword: password } = home.state
  const keys = { writeKey, secretKey, email: DEMO_EMAIL, password }
  home.writeReady({ ...platform.addresses, ...keys, pid: process.pid })
  console.log(banner(platform.addresses, { ...keys, home: home.dir }))
  await once(stopping, 'abort')
  await platform.stop()
}

/** Aborted by Ctrl-C and its like, also in the middle of the start. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  const stop = () => {
    if (stopping.signal.aborted) return
    console.log('\nStopping; all data stays in place.')
    stopping.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  return stopping.signal
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof StartError ? error.message : error)
    process.exit(1)
  },
)
