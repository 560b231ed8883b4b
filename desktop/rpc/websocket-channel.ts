import type { Channel } from './channel.ts'

/** The part of a WebSocket that the browser's and the ws package's share. */
export type WebSocketLike = {
  readonly readyState: number
  send(data: string): void
  close(): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close' | 'open', listener: () => void): void
}

const OPEN = 1

/** JSON text frames as a channel; messages sent before the socket is open wait for it. */
export const webSocketChannel = (socket: WebSocketLike): Channel => {
  const waiting: string[] = []
  socket.addEventListener('open', () => {
    for (const text of waiting.splice(0)) socket.send(text)
  })
  return {
    send(message) {
      const text = JSON.stringify(message)
      if (socket.readyState === OPEN) socket.send(text)
      // Past OPEN the socket is closing: whoever waits for an answer hears of the close.
      else if (socket.readyState < OPEN) waiting.push(text)
    },
    onMessage(listener) {
      socket.addEventListener('message', (event) => listener(parseJson(event.data)))
    },
    onClose(listener) {
      socket.addEventListener('close', listener)
    },
    close: () => socket.close(),
  }
}

const parseJson = (data: unknown): unknown => {
  if (typeof data !== 'string') return undefined
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
