import type { Channel } from '#rpc/channel.ts'
import { messagePortChannel } from '#rpc/message-port-channel.ts'
import { PORT_CHANNEL } from '#rpc/shell-channels.ts'
import { webSocketChannel } from '#rpc/websocket-channel.ts'
import { takeAccessToken } from './access-token.ts'

const PORT_TIMEOUT_MS = 10_000

/** A connection to the back end: by the shell's port in Electron, by WebSocket in a browser. */
export const openChannel = async (): Promise<{ channel: Channel; token: string | null }> => {
  const bridge = window.edgewiseBridge
  if (bridge !== undefined) {
    const port = receivePort()
    bridge.requestPort()
    return { channel: messagePortChannel(await port), token: null }
  }
  const token = takeAccessToken({ location, history, storage: sessionStorage })
  const socket = new WebSocket(`ws://${location.host}/rpc`)
  return { channel: webSocketChannel(socket), token }
}

const receivePort = (): Promise<MessagePort> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
    }
    const onMessage = (event: MessageEvent): void => {
      const port = event.ports[0]
      // Only the preload of this very window may hand us a port.
      if (event.source !== window || event.data !== PORT_CHANNEL || port === undefined) return
      done()
      resolve(port)
    }
    const timer = setTimeout(() => {
      done()
      reject(new Error('The shell did not hand over a port.'))
    }, PORT_TIMEOUT_MS)
    window.addEventListener('message', onMessage)
  })
