import { parseArgs } from 'node:util'
import { startLibsqlServer } from './server.ts'

/** `node dev/libsql/main.ts --dir D [--port N] [--host H]`; the token comes from LIBSQL_TOKEN. */
const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
  },
})
const port = Number(values.port)
if (values.dir === undefined || !Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(
    'Usage: node dev/libsql/main.ts --dir <folder> [--port <0-65535>] [--host <address>]',
  )
  process.exit(2)
}

// The databases are about people: nobody else on the machine reads them.
process.umask(0o077)
// From the environment, because other users of the machine can read a process's arguments.
const token = process.env.LIBSQL_TOKEN || undefined
const server = await startLibsqlServer({ dir: values.dir, port, host: values.host, token })
console.log(JSON.stringify({ url: server.url }))

async function stop(): Promise<void> {
  process.off('SIGTERM', stop).off('SIGINT', stop)
  await server.stop()
}
process.on('SIGTERM', stop).on('SIGINT', stop)
