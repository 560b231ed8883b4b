import { parseArgs } from 'node:util'
import { DEMO_CLIENT, DEMO_PEOPLE } from './people.ts'

/** `node dev/identity-provider/main.ts [--port N]`; the password comes from DEMO_PASSWORD. */
const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } })
const port = Number(values.port)
const password = process.env.DEMO_PASSWORD
if (!password || !Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error('Usage: DEMO_PASSWORD=… node dev/identity-provider/main.ts [--port <0-65535>]')
  process.exit(2)
}

const { warn, info } = console
/** Its notices are for who runs it for others: that it keeps nothing, and which versions of Node it likes. */
const unlessNotice =
  (say: typeof warn): typeof warn =>
  (...said) => {
    if (!/oidc-provider (NOTICE|WARNING)/.test(String(said[0]))) say(...said)
  }
console.warn = unlessNotice(warn)
console.info = unlessNotice(info)

const { startIdentityProvider } = await import('./server.ts')
const provider = await startIdentityProvider({
  port,
  people: DEMO_PEOPLE,
  password,
  clientId: DEMO_CLIENT,
})
console.log(JSON.stringify({ url: provider.url }))

async function stop(): Promise<void> {
  process.off('SIGTERM', stop).off('SIGINT', stop)
  await provider.stop()
}
process.on('SIGTERM', stop).on('SIGINT', stop)
