import { once } from 'node:events'
import { createServer } from 'node:http'

/** Long enough to find a phone with the second factor; then the person begins again. */
const ANSWER_WITHIN_MS = 15 * 60_000

const PATH = '/signed-in'

export interface LoopbackAnswer {
  redirectUri: string
  /** The address at which the browser came back; rejects after a while, or when it was closed. */
  arrived: Promise<URL>
  close(): void
}

/**
 * Listens on a free port of 127.0.0.1 for the browser to come back (RFC 8252, 7.3). Only for one answer.
 *
 * @param tell the sentence that the browser shows after it, by whether it worked
 */
export async function loopbackAnswer(
  judge: (answer: URL) => Promise<string>,
): Promise<LoopbackAnswer> {
  let port = 0
  let settle: { done: (answer: URL) => void; fail: (error: Error) => void } | null = null
  const arrived = new Promise<URL>((done, fail) => {
    settle = { done, fail }
  })
  // Nobody may be waiting any more when it is closed.
  arrived.catch(() => undefined)
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`)
    const isOurs =
      request.method === 'GET' &&
      request.headers.host === `127.0.0.1:${port}` &&
      url.pathname === PATH
    if (!isOurs) {
      response.writeHead(404).end()
      return
    }
    const text = await judge(url)
    response.writeHead(200, HEADERS).end(page(text))
    settle?.done(url)
    close()
  })
  const timer = setTimeout(close, ANSWER_WITHIN_MS)
  function close(): void {
    clearTimeout(timer)
    settle?.fail(new Error('Nobody came back.'))
    server.close()
    server.closeIdleConnections()
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port was given.')
  port = address.port
  return { redirectUri: `http://127.0.0.1:${port}${PATH}`, arrived, close }
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  connection: 'close',
}

function page(text: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Edgewise</title>
<style>:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;display:grid;place-items:center;
min-height:90vh;margin:0;padding:1rem}p{max-width:26rem;text-align:center}</style><p>${text}</p></html>`
}
