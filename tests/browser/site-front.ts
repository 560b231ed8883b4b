import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SentEvent {
  type: string
  event?: string
  traits?: unknown
  raw: string
}

export interface SiteFront {
  url: string
  stop(): Promise<void>
}

/**
 * A site as the edge serves it: the SDK and its calls are answered here, on the site's own origin, all
 * else comes from the site. A server rather than a rule in the browser, because a browser shows its
 * rules nothing of what a closing page sends.
 */
export async function startSiteFront(
  siteUrl: string,
  script: string,
  onEvent: (event: SentEvent) => void,
): Promise<SiteFront> {
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (request.url === '/e.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
      return
    }
    if (request.url === '/v1/b') {
      for (const event of JSON.parse(body.toString()).batch) {
        onEvent({ ...event, raw: JSON.stringify(event) })
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}')
      return
    }
    const answer = await fetch(`${siteUrl}${request.url}`, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body: body.length > 0 ? body : null,
      redirect: 'manual',
    })
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? '',
      ...(answer.headers.has('location') ? { location: answer.headers.get('location') ?? '' } : {}),
    })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.from(Buffer.concat(chunks))
}
