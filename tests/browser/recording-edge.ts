import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const WireEvent = z.looseObject({
  type: z.string(),
  messageId: z.string(),
  anonymousId: z.string(),
  event: z.string().optional(),
  userId: z.string().optional(),
  context: z.record(z.string(), z.unknown()),
  properties: z.record(z.string(), z.unknown()).optional(),
  traits: z.record(z.string(), z.unknown()).optional(),
})
export type WireEvent = z.infer<typeof WireEvent>
const WireBatch = z.object({ batch: z.array(WireEvent), writeKey: z.string(), sentAt: z.string() })

interface Reply {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/** Answers one request of the SDK by its path. */
type Answer = (path: string, body: unknown) => Reply

/**
 * An edge that only listens: serves the SDK and given pages, records every call with its raw body,
 * and answers as the test says. `stored` holds what it answered with 200, in order.
 */
export interface RecordingEdge {
  url: string
  requests: { path: string; raw: string; status: number; headers: IncomingMessage['headers'] }[]
  stored: WireEvent[]
  answer(by: Answer): void
  stop(): Promise<void>
}

export const VISITOR = 'b7c1a9c2-0f2e-4f5b-9d3e-1c2d3e4f5a6b'
export const TOKEN = `${VISITOR}.c2lnbmF0dXJl`

export const accept: Answer = (path) =>
  path === '/v1/visitor'
    ? { status: 200, body: { visitorId: VISITOR, token: TOKEN } }
    : { status: 200, body: { success: true, slots: {} } }

export async function startRecordingEdge(
  script: string,
  pages: Record<string, string>,
): Promise<RecordingEdge> {
  let answerBy: Answer = accept
  const requests: RecordingEdge['requests'] = []
  const stored: WireEvent[] = []

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url ?? '/', 'http://edge.invalid').pathname
    if (request.method === 'GET') {
      const page = path === '/e.js' ? script : pages[path]
      response.writeHead(page === undefined ? 404 : 200, {
        'content-type': path === '/e.js' ? 'text/javascript' : 'text/html; charset=utf-8',
        // Back-forward cache off: a reload or a return is a new page load in these tests.
        'cache-control': 'no-store',
      })
      response.end(page)
      return
    }
    const raw = await text(request)
    const reply = answerBy(path, JSON.parse(raw))
    requests.push({ path, raw, status: reply.status, headers: request.headers })
    if (path === '/v1/b' && reply.status === 200)
      stored.push(...WireBatch.parse(JSON.parse(raw)).batch)
    response.writeHead(reply.status, {
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
      ...reply.headers,
    })
    response.end(JSON.stringify(reply.body ?? {}))
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      response.writeHead(500).end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stored,
    answer(by) {
      answerBy = by
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
