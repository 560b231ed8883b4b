import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { createRpcClient, type RpcClient } from '#rpc/client.ts'
import { webSocketChannel } from '#rpc/websocket-channel.ts'
import { FIXTURE_KEY } from './fixture-edge.ts'
import { PREPARED_DATA } from './prepared-replica.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

const Ready = z.object({ url: z.string(), port: z.number() })

export type ConsoleProcess = {
  child: ChildProcess
  url: string
  port: number
  token: string
  connect(): RpcClient
  /** Sends the signal and waits for the end; the exit code is null after a kill. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>
}

/** A folder for one console, with a small page in place of the built renderer. */
export const makeConsoleFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-'))
  cpSync(PREPARED_DATA, join(folder, 'data'), { recursive: true })
  const rendererDir = join(folder, 'renderer')
  mkdirSync(rendererDir)
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><title>Test page</title>')
  return {
    dataDir: join(folder, 'data'),
    rendererDir,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

export type ConsoleStart = {
  dataDir: string
  rendererDir: string
  edgeUrl: string
  /** Null where a person signs in. */
  secretKey?: string | null
  port?: number
}

const spawnConsole = (start: ConsoleStart) => {
  const child = spawn(
    process.execPath,
    [
      MAIN,
      '--data-dir',
      start.dataDir,
      '--edge',
      start.edgeUrl,
      '--port',
      String(start.port ?? 0),
      '--renderer',
      start.rendererDir,
    ],
    {
      env: {
        ...process.env,
        EDGEWISE_SECRET_KEY: start.secretKey === null ? '' : (start.secretKey ?? FIXTURE_KEY),
      },
    },
  )
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    output.stdout += String(data)
  })
  child.stderr.on('data', (data) => {
    output.stderr += String(data)
  })
  return { child, output, exited: once(child, 'exit') }
}

/** Starts the console as its own process and waits until it says that it is ready. */
export const startConsole = async (start: ConsoleStart): Promise<ConsoleProcess> => {
  const { child, output, exited } = spawnConsole(start)
  await Promise.race([once(child.stdout, 'data'), exited])
  if (output.stdout === '') throw new Error(`The console did not start: ${output.stderr}`)
  const ready = Ready.parse(JSON.parse(output.stdout))
  const token = new URLSearchParams(new URL(ready.url).hash.slice(1)).get('token') ?? ''
  const origin = new URL(ready.url).origin
  return {
    child,
    ...ready,
    token,
    connect: () => {
      const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { origin })
      // A refused or cut connection shows as close; without a listener Node would end the test.
      socket.on('error', () => {})
      return createRpcClient(webSocketChannel(socket), token)
    },
    end: async (signal) => {
      child.kill(signal)
      await exited
      return child.exitCode
    },
  }
}

/** Starts a console that is expected not to come up; gives its exit code and what it said. */
export const startInVain = async (
  start: ConsoleStart,
): Promise<{ code: number | null; stderr: string }> => {
  const { child, output, exited } = spawnConsole(start)
  await exited
  return { code: child.exitCode, stderr: output.stderr }
}
