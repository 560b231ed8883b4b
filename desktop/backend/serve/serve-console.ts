import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { WebSocketServer } from 'ws'
import type { Channel } from '#rpc/channel.ts'
import { webSocketChannel } from '#rpc/websocket-channel.ts'
import { ConsoleError } from '../console-error.ts'
import { isOurHost, isOurOrigin, SECURITY_HEADERS } from './access.ts'
import { resolveFile, sendFile } from './static-files.ts'

const RPC_PATH = '/rpc'
const MAX_MESSAGE_BYTES = 64 * 1024
const HELLO_WITHIN_MS = 10_000

export type ConsoleServer = {
  port: number
  /** Where a browser opens the console; the token is in the fragment, which no server ever sees. */
  url: string
  close(): Promise<void>
}

/**
 * Serves the built renderer and the contract's WebSocket on 127.0.0.1. Other pages of the same
 * browser cannot get in: the host and origin must be ours and the hello must carry the token.
 *
 * @param options.port 0 takes any free one
 * @throws ConsoleError `configuration` when the port is taken
 */
export const serveConsole = async (options: {
  rendererDir: string
  port: number
  token: string
  serve: (channel: Channel) => void
}): Promise<ConsoleServer> => {
  let port = options.port
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    if (!isOurHost(request.headers.host, port)) {
      response.writeHead(421, { 'content-type': 'text/plain' }).end('Not a name of this server')
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
    } else {
      const path = new URL(request.url ?? '/', 'http://console').pathname
      sendFile(response, resolveFile(options.rendererDir, path))
    }
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })

  server.on('upgrade', (request, socket, head) => {
    // A client that goes away in the middle must not end the process.
    socket.on('error', () => {})
    const ours =
      request.url === RPC_PATH &&
      isOurHost(request.headers.host, port) &&
      isOurOrigin(request.headers.origin, port)
    if (!ours) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {})
      const silent = setTimeout(() => webSocket.terminate(), HELLO_WITHIN_MS)
      webSocket.once('message', () => clearTimeout(silent))
      webSocket.once('close', () => clearTimeout(silent))
      options.serve(webSocketChannel(webSocket))
    })
  })

  server.listen(options.port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new ConsoleError(
      'configuration',
      `The console cannot listen on port ${options.port}.`,
      'Choose another port with --port, or 0 for any free one.',
      error,
    )
  }
  const address = server.address()
  if (address !== null && typeof address !== 'string') port = address.port

  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${options.token}`,
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Whether there is a built renderer to serve. */
export const rendererEntry = (rendererDir: string): string => join(rendererDir, 'index.html')
