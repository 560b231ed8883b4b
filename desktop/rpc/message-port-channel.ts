import type { Channel } from './channel.ts'

/** The part of a MessagePort that the DOM's and Node's share. */
export type MessagePortLike = {
  postMessage(message: unknown): void
  start(): void
  close(): void
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void
}

/** A message port as a channel. */
export const messagePortChannel = (port: MessagePortLike): Channel => ({
  send: (message) => port.postMessage(message),
  onMessage(listener) {
    port.addEventListener('message', (event) => listener('data' in event ? event.data : undefined))
    // With addEventListener a port stays silent until it is started.
    port.start()
  },
  onClose: (listener) => port.addEventListener('close', () => listener()),
  close: () => port.close(),
})
