import { join } from 'node:path'
import { MessageChannelMain, type UtilityProcess, utilityProcess, type WebContents } from 'electron'
import { PORT_CHANNEL } from '#rpc/shell-channels.ts'
import { BackendMessage, type ShellMessage } from '#rpc/shell-messages.ts'
import { afterBackendEnd } from './restart-policy.ts'

const STOP_WITHIN_MS = 5000

export type BackendProcess = {
  /** Hands the page a port to the back end. */
  connect(page: WebContents): void
  /** Resolves when the replica is closed, or after a while without an answer. */
  stop(): Promise<void>
}

/** Keeps the back end running in a process of its own, so that no query can freeze a window. */
export const startBackendProcess = (options: {
  /** Asked anew at each start: the session may be another one by then. */
  start: () => Extract<ShellMessage, { t: 'start' }>
  /** Keeps the session; says whether it is on disk. */
  keep: (session: string | null) => boolean
  /** It cannot run; nothing more is tried. */
  onFailure: (message: string, next: string) => void
}): BackendProcess => {
  const endedAt: number[] = []
  let stopping = false
  let child: UtilityProcess | null = null

  const fork = (): void => {
    // The build puts the back end's bundle beside this one.
    const forked = utilityProcess.fork(join(import.meta.dirname, 'backend.js'), [], {
      serviceName: 'Edgewise data',
    })
    child = forked
    forked.postMessage(options.start())
    forked.on('message', (raw) => {
      const message = BackendMessage.safeParse(raw)
      if (!message.success) return
      if (message.data.t === 'keep') {
        const { id, session } = message.data
        const kept: ShellMessage = { t: 'kept', id, ok: options.keep(session) }
        forked.postMessage(kept)
      }
      if (message.data.t !== 'failed') return
      stopping = true
      options.onFailure(message.data.message, message.data.next)
    })
    forked.on('exit', () => {
      child = null
      if (stopping) return
      endedAt.push(Date.now())
      const decision = afterBackendEnd(endedAt, Date.now())
      if (decision.restart) setTimeout(fork, decision.delayMs)
      else options.onFailure('The console’s back end keeps ending.', 'Restart the console.')
    })
  }
  fork()

  return {
    connect(page) {
      const { port1, port2 } = new MessageChannelMain()
      const message: ShellMessage = { t: 'connect' }
      // Without a back end the port closes at once, and the page asks again.
      if (child === null) port1.close()
      else child.postMessage(message, [port1])
      page.postMessage(PORT_CHANNEL, null, [port2])
    },
    async stop() {
      stopping = true
      const last = child
      if (last === null) return
      const message: ShellMessage = { t: 'stop' }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STOP_WITHIN_MS)
        last.once('exit', () => {
          clearTimeout(timer)
          resolve()
        })
        last.on('message', (raw) => {
          if (BackendMessage.safeParse(raw).data?.t === 'stopped') last.kill()
        })
        last.postMessage(message)
      })
      last.kill()
    },
  }
}
