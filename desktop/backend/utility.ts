import type { Channel } from '#rpc/channel.ts'
import { type BackendMessage, ShellMessage } from '#rpc/shell-messages.ts'
import { ConsoleError } from './console-error.ts'
import { ShellVault } from './session/shell-vault.ts'
import { type Backend, startBackend } from './start-backend.ts'

/** The back end as a utility process of Electron: no server, a port per window. */

/** Electron's MessagePortMain, as far as it is used here. */
type ShellPort = {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown; ports: ShellPort[] }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

const isShellPort = (value: unknown): value is ShellPort =>
  typeof value === 'object' && value !== null && 'postMessage' in value && 'on' in value

const parentPort = Reflect.get(process, 'parentPort')
if (!isShellPort(parentPort)) throw new Error('This file runs as a utility process of Electron.')

const tell = (message: BackendMessage): void => parentPort.postMessage(message)

const shellPortChannel = (port: ShellPort): Channel => ({
  send: (message) => port.postMessage(message),
  onMessage(listener) {
    port.on('message', (event) => listener(event.data))
    port.start()
  },
  onClose: (listener) => port.on('close', listener),
  close: () => port.close(),
})

const log = (message: string, error?: unknown): void => {
  const cause = error instanceof Error ? `: ${error.message}` : ''
  process.stderr.write(`console: ${message}${cause}\n`)
}

let starting: Promise<Backend> | null = null
let vault: ShellVault | null = null

const start = async (options: Extract<ShellMessage, { t: 'start' }>): Promise<void> => {
  // A port can only come from our own window, so there is no token to check.
  vault ??= new ShellVault(options.session, tell)
  starting ??= startBackend({ ...options, vault, acceptToken: () => true, log })
  try {
    await starting
    tell({ t: 'ready' })
  } catch (error) {
    tell({
      t: 'failed',
      message: error instanceof Error ? error.message : String(error),
      next: error instanceof ConsoleError ? error.next : 'Restart the console.',
    })
  }
}

parentPort.on('message', (event) => {
  const message = ShellMessage.safeParse(event.data)
  if (!message.success) return
  switch (message.data.t) {
    case 'start':
      void start(message.data)
      return
    case 'connect': {
      const port = event.ports[0]
      if (port === undefined) return
      starting?.then(
        (backend) => backend.serve(shellPortChannel(port)),
        () => port.close(),
      )
      return
    }
    case 'kept':
      vault?.kept(message.data.id, message.data.ok)
      return
    case 'stop':
      void Promise.resolve(starting)
        .then((backend) => backend?.close())
        .catch((error: unknown) => log('The back end did not stop cleanly', error))
        .then(() => tell({ t: 'stopped' }))
  }
})
