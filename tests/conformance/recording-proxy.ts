import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestOf,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

/** What the network does to one capture request. */
export type Interference =
  | { kind: 'pass' }
  /** Answered by the proxy; the edge never hears of it. */
  | { kind: 'answer'; status: number; headers?: Record<string, string> }
  /** The connection drops before the edge hears of it. */
  | { kind: 'cut_before' }
  /** The edge has answered, but the client never learns what. */
  | { kind: 'cut_after' }

export interface RecordedCall {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** In the order of the body, repeats included. */
  messageIds: string[]
  /** The edge's answer; null when the request never reached it. */
  edgeStatus: number | null
  /** What the client was told; null when the connection was cut. */
  clientStatus: number | null
}

export interface RecordingProxy {
  url: string
  /** Every request that carried events, in order of arrival; preflights and others are passed on unrecorded. */
  calls: RecordedCall[]
  /** What happens to the next calls, one each; those after them pass. */
  interfere(...next: Interference[]): void
  /** From now on every call meets this; null ends it. */
  interfereAlways(with_: Interference | null): void
  stop(): Promise<void>
}

const Identified = z.looseObject({ messageId: z.string().optional() })
const CaptureBody = Identified.extend({ batch: z.array(Identified).optional() })

/** A network between client libraries and the edge that keeps a list and fails when it is told to. */
export async function startRecordingProxy(edge: string): Promise<RecordingProxy> {
  const calls: RecordedCall[] = []
  let next: Interference[] = []
  let always: Interference | null = null

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await bytesOf(request)
    const messageIds = messageIdsOf(body)
    if (messageIds.length === 0) {
      await forward(edge, request, body, response)
      return
    }
    const { method = '', url: path = '', headers } = request
    const call: RecordedCall = {
      method,
      path,
      headers,
      messageIds,
      edgeStatus: null,
      clientStatus: null,
    }
    calls.push(call)
    const interference = next.shift() ?? always ?? { kind: 'pass' }
    switch (interference.kind) {
      case 'pass':
        call.edgeStatus = await forward(edge, request, body, response)
        call.clientStatus = call.edgeStatus
        return
      case 'answer':
        call.clientStatus = interference.status
        response.writeHead(interference.status, {
          'access-control-allow-origin': '*',
          'access-control-expose-headers': 'Retry-After',
          ...interference.headers,
        })
        response.end()
        return
      case 'cut_before':
        request.socket.destroy()
        return
      case 'cut_after':
        call.edgeStatus = await forward(edge, request, body, null)
        request.socket.destroy()
    }
  }

  const server = createServer((request, response) => {
    // A browser that leaves a page takes its connection with it.
    handle(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    interfere(...interferences) {
      next = interferences
    },
    interfereAlways(interference) {
      always = interference
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Passes a request on as it is. @returns the edge's status, once its answer was read */
function forward(
  edge: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse | null,
): Promise<number> {
  const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers
  return new Promise((resolve, reject) => {
    const passedOn = requestOf(
      new URL(request.url ?? '/', edge),
      // No connection is kept: one that the edge is about to close would look like a fault.
      {
        method: request.method,
        agent: false,
        headers: { ...headers, 'content-length': body.length },
      },
      (answer) => {
        const status = answer.statusCode ?? 0
        response?.writeHead(status, answer.headers)
        answer.on('data', (chunk) => response?.write(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          response?.end()
          resolve(status)
        })
      },
    )
    passedOn.on('error', reject)
    passedOn.end(body)
  })
}

function messageIdsOf(body: Buffer): string[] {
  if (body.length === 0) return []
  const isGzip = body[0] === 0x1f && body[1] === 0x8b
  const json: unknown = JSON.parse((isGzip ? gunzipSync(body) : body).toString('utf8'))
  const parsed = CaptureBody.safeParse(json)
  if (!parsed.success) return []
  const events = parsed.data.batch ?? [parsed.data]
  return events.flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId]))
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
