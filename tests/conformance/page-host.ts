import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PageHost {
  url: string
  stop(): Promise<void>
}

/**
 * A web site of its own origin: what its pages send to the edge crosses origins, as it does in
 * production. `files` are bodies by path, asked at each request.
 */
export async function startPageHost(files: (path: string) => string | null): Promise<PageHost> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages.invalid')
    const body = files(pathname)
    response.writeHead(body === null ? 404 : 200, {
      'content-type': pathname.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
      // Nothing comes out of a cache: a reload or a return is a new page load.
      'cache-control': 'no-store',
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
