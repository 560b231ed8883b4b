import { banner } from './platform/banner.ts'
import { openHome } from './platform/home.ts'
import { HELP, parseOptions, StartError } from './platform/options.ts'
import type { Platform } from './platform/platform.ts'

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.env)
  if (options === 'help') {
    console.log(HELP)
    return
  }
  const home = await openHome(options.home)
  let platform: Platform | null = null
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    console.log('\nStopping; all data stays in place.')
    await platform?.stop()
    home.release()
    process.exit(0)
  }
  process.on('SIGINT', () => void stop())
  process.on('SIGTERM', () => void stop())
  try {
    // Loaded only now: help and refusals should not wait for the whole toolchain.
    const { startPlatform } = await import('./platform/platform.ts')
    platform = await startPlatform(options, home, (what) => console.log(`  ${what} …`))
  } catch (error) {
    home.release()
    throw error
  }
  if (stopping) return
  const { writeKey, secretKey } = home.state
  home.writeReady({ ...platform.addresses, writeKey, secretKey, pid: process.pid })
  console.log(banner(platform.addresses, { writeKey, secretKey, home: home.dir }))
}

main().catch((error: unknown) => {
  console.error(error instanceof StartError ? error.message : error)
  process.exit(1)
})
