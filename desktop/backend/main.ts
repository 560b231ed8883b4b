import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readConfiguration } from './configuration.ts'
import { ConsoleError } from './console-error.ts'
import { isToken } from './serve/access.ts'
import { accessToken } from './serve/access-token.ts'
import { rendererEntry, serveConsole } from './serve/serve-console.ts'
import { startBackend } from './start-backend.ts'

/** The console for a browser: back end and renderer on one port of 127.0.0.1. */

const BUILT_RENDERER = fileURLToPath(new URL('../../dist/renderer', import.meta.url))

const log = (message: string, error?: unknown): void => {
  const cause = error instanceof Error ? `: ${error.message}` : ''
  process.stderr.write(`console: ${message}${cause}\n`)
}

const run = async (): Promise<void> => {
  const configuration = readConfiguration(process.argv.slice(2), process.env)
  const rendererDir = configuration.rendererDir ?? BUILT_RENDERER
  if (!existsSync(rendererEntry(rendererDir))) {
    throw new ConsoleError(
      'configuration',
      `There is no built console in ${rendererDir}.`,
      'Build it with npm run build.',
    )
  }
  let token = ''
  const backend = await startBackend({
    ...configuration,
    acceptToken: (given) => isToken(token, given),
    log,
  })
  token = accessToken(configuration.dataDir)
  const { port } = configuration
  const server = await serveConsole({ rendererDir, port, token, serve: backend.serve }).catch(
    async (error: unknown) => {
      await backend.close()
      throw error
    },
  )

  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    await server.close()
    await backend.close()
    process.exit(0)
  }
  process.on('SIGTERM', () => void stop())
  process.on('SIGINT', () => void stop())
  process.stdout.write(
    process.stdout.isTTY
      ? `The console is at ${server.url}\nCtrl-C stops it.\n`
      : `${JSON.stringify({ url: server.url, port: server.port })}\n`,
  )
}

run().catch((error: unknown) => {
  if (error instanceof ConsoleError) {
    process.stderr.write(`${error.message} ${error.next}\n`)
  } else {
    process.stderr.write(`The console stopped: ${String(error)}\n`)
  }
  process.exit(1)
})
